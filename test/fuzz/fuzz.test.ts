import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FsoError } from '../../src/util/errors.js';
import { fuzz, unlessRefused } from './fuzz.js';
import { damaged, long } from './inputs.js';

test('a property that does not hold is reported with the input', () => {
  const check = (): void => fuzz(fc.constantFrom(1, 2, 3), (value) => expect(value).toBeLessThan(3));
  expect(check).toThrow(/^seed \d+: fails for 3: AssertionError: expected 3 to be less than 3/);
});

test('an input that hangs is stopped and reported', () => {
  const hang = (value: string): void => expect(/^(a+)+$/.test(value)).toBe(value === 'a');
  expect(() => fuzz(fc.constantFrom('a', `${'a'.repeat(60)}b`), hang, { budgetMs: 10 })).toThrow(/this input hangs: .*aaab/);
});

test('only errors that a parser declares are refusals', () => {
  const parse = (error: Error) => () => {
    throw error;
  };
  expect(unlessRefused(null, parse(new FsoError('no')))).toBeNull();
  expect(() => unlessRefused(null, parse(new TypeError('oops')))).toThrow(TypeError);
});

test('inputs differ from what is valid, in length as well', () => {
  const language = { words: ['a'], valid: ['0123456789'] };
  const samples = fc.sample(damaged(language), 100).map((bytes) => bytes.toString('latin1'));
  expect(new Set(samples).size).toBeGreaterThan(30);
  expect(new Set(samples.map(({ length }) => length)).size).toBeGreaterThan(5);
  expect(Math.min(...fc.sample(long(language), 5).map(({ length }) => length))).toBeGreaterThanOrEqual(200_000);
});
