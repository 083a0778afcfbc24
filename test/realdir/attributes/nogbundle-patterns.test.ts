import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NogbundlePatterns } from '../../../src/realdir/attributes/nogbundle-patterns.js';
import { bytesOfText } from '../../../src/util/byte-string.js';

const parse = (text: string) => NogbundlePatterns.parse(Buffer.from(text));
const matches = (text: string, path: string) => parse(text).matches(bytesOfText(path));

const pattern = fc
  .array(fc.constantFrom('a', 'b', 'é', '*', '**', '?', '/', 'a/', '/*'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));
const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'é', 'aé'), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

/** The semantics as a regular expression over code points. */
function expression(line: string): RegExp {
  const body = line.replace(/^\//, '').replace(/\/$/, '');
  const parts = body.split(/(\*\*|[*?])/).map((part) => ({ '**': '[^]*', '*': '[^/]*', '?': '[^/]' })[part] ?? part);
  return new RegExp(`^${parts.join('')}$`, 'u');
}

describe('NogbundlePatterns', () => {
  test('matches like a regular expression', () => {
    fc.assert(fc.property(pattern, path, (p, target) => matches(`${p}\n`, target) === expression(p).test(target)), { numRuns: 20_000 });
  });

  test('canMatchBelow is never wrong about what matches', () => {
    fc.assert(fc.property(fc.array(pattern, { maxLength: 3 }), path, (lines, target) => {
      const patterns = parse(lines.join('\n'));
      if (!patterns.matches(bytesOfText(target))) return;
      const names = target.split('/');
      for (let depth = 0; depth < names.length; depth++) {
        expect(patterns.canMatchBelow(bytesOfText(names.slice(0, depth).join('/')), depth)).toBe(true);
      }
    }), { numRuns: 20_000 });
  });

  test('canMatchBelow saves reading where the number of components or the names do not fit', () => {
    const bundleSubdirs = parse('/*/\n');
    expect(bundleSubdirs.canMatchBelow('', 0)).toBe(true);
    expect(bundleSubdirs.canMatchBelow('data', 1)).toBe(false);
    const data = parse('/data/\n/data/*/\n');
    expect([data.canMatchBelow('data', 1), data.canMatchBelow('other', 1), data.canMatchBelow('data/a', 2)]).toEqual([true, false, false]);
    expect(parse('**').canMatchBelow('a/b/c', 3)).toBe(true);
    expect(parse('').canMatchBelow('', 0)).toBe(false);
  });

  test('comments, blank lines and white space', () => {
    expect(parse('# a\n\n \t\n  # b\n').isEmpty).toBe(true);
    expect(NogbundlePatterns.parse(null).isEmpty).toBe(true);
    expect([matches(' \ta b\t \n', 'a b'), matches('a#b', 'a#b'), matches('last', 'last')]).toEqual([true, true, true]);
    expect(matches('a\r\n', 'a')).toBe(false);
  });

  test('drops one slash at each end only', () => {
    expect([matches('/a/', 'a'), matches('//a', 'a'), matches('a//', 'a'), matches('/', 'a')]).toEqual([true, false, false, false]);
  });

  test('all but stars and question marks is literal', () => {
    for (const name of ['[ab]', '{a,b}', '!a', '\\*', 'a\\b', '.', '(a|b)', '^a$', '+'])
      expect(matches(name, name.replace('*', 'x'))).toBe(true);
    expect([matches('[ab]', 'a'), matches('!a', 'b'), matches('a\\b', 'ab')]).toEqual([false, false, false]);
  });

  test('a question mark is one character, or one byte that is none', () => {
    expect([matches('?', 'é'), matches('??', 'é'), matches('*??', '日')]).toEqual([true, false, false]);
    expect(parse('?').matches('\xe9')).toBe(true);
    expect(parse('??').matches('\xe9\xff')).toBe(true);
  });

  test('takes no exponential time, nor quadratic time to read', () => {
    const start = performance.now();
    const patterns = parse(`a${' '.repeat(300_000)}b\n${'**/'.repeat(40)}x\n${'*a'.repeat(60)}b\n${'**a*'.repeat(40)}b\n`);
    expect(patterns.matches('a'.repeat(255))).toBe(false);
    expect(patterns.matches('a/'.repeat(1000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
