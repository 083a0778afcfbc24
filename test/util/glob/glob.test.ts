import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CharacterClass } from '../../../src/util/text/character-class.js';
import { byteWidth } from '../../../src/util/text/character-width.js';
import { GlobBuilder } from '../../../src/util/glob/glob.js';

type Step = 'character' | 'name' | 'anything' | 'directories' | 'class' | 'a' | 'b' | '/';

const NOT_A = new CharacterClass([[0x61, 0x61]], true, false);
const EXPRESSIONS: Record<Step, string> = {
  character: '[^/]', name: '[^/]*', anything: '[^]*', directories: '(?:[^]*/)?', class: '[^a/]', a: 'a', b: 'b', '/': '/',
};

function build(steps: readonly Step[]) {
  const builder = new GlobBuilder();
  for (const step of steps) {
    if (step === 'class') builder.characterOf(NOT_A);
    else if (step === 'a' || step === 'b' || step === '/') builder.literal(step.charCodeAt(0));
    else builder[step]();
  }
  return builder.build(byteWidth);
}

describe('Glob', () => {
  // The pattern languages have `directories` where a component starts, and only there.
  const isUsual = (steps: readonly Step[]) =>
    steps.every((step, i) => step !== 'directories' || ['/', 'directories', undefined].includes(steps[i - 1]));
  const steps = fc.array(fc.constantFrom<Step>('character', 'name', 'anything', 'directories', 'class', 'a', 'b', '/', 'a', '/'), {
    maxLength: 8,
  });
  const text = fc.array(fc.constantFrom('a', 'b', '/', 'a', 'c'), { maxLength: 10 }).map((chars) => chars.join(''));

  test('agrees with a regular expression', () => {
    fc.assert(fc.property(steps.filter(isUsual), text, (s, t) => {
      const expected = new RegExp(`^${s.map((step) => EXPRESSIONS[step]).join('')}$`).test(t);
      expect(build(s).matches(t)).toBe(expected);
      expect(build(s).matches(`zz/${t}`, 3)).toBe(expected);
    }), { numRuns: 30_000 });
  });

  test.each([
    ['names', Array.from({ length: 60 }, (): Step[] => ['name', 'a']).flat(), 'a'.repeat(4000)],
    ['anything', Array.from({ length: 60 }, (): Step[] => ['anything', 'a']).flat(), 'a'.repeat(4000)],
    ['directories', Array.from({ length: 60 }, (): Step[] => ['directories', 'name', 'a', '/']).flat(), 'a/'.repeat(2000)],
    [
      'directories and names',
      Array.from({ length: 40 }, (): Step[] => ['directories', 'name', 'a', 'name', 'a', '/']).flat(),
      'aaaaaaa/'.repeat(500),
    ],
  ])('takes no exponential time: %s', (_, hostile, long) => {
    const start = performance.now();
    expect(build([...hostile, 'b']).matches(long)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('CharacterClass', () => {
  test('agrees with a list of its ranges', () => {
    const range = fc.tuple(fc.nat(60), fc.nat(60)).map(([first, last]) => [first, last] as const);
    fc.assert(fc.property(fc.array(range, { maxLength: 5 }), fc.boolean(), fc.boolean(), fc.nat(60), (ranges, negated, slash, code) => {
      const listed = ranges.some(([first, last]) => first <= code && code <= last) !== negated;
      expect(new CharacterClass(ranges, negated, slash).has(code)).toBe(listed && (slash || code !== 0x2f));
    }), { numRuns: 5000 });
  });
});
