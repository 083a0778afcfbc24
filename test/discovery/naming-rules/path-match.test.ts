import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePathMatch } from '../../../src/discovery/naming-rules/path-match.js';

/** What a pattern consists of between two stars: tests for one code point each. */
type Chunk = ((char: string) => boolean)[];

const BOUND = String.raw`(?:\\.|[^\\\]-])`;
const CLASS = String.raw`\[(?:\^|(?!\^))(?:${BOUND}(?:-${BOUND})?)+\]`;
const WELL_FORMED = new RegExp(String.raw`^(?:[^\\[]|\\.|${CLASS})*$`, 'su');
const TOKEN = new RegExp(String.raw`${CLASS}|\\.|.`, 'gsu');
const RANGE = new RegExp(String.raw`(${BOUND})(?:-(${BOUND}))?`, 'gsu');

const bound = (text: string) => (text.startsWith('\\') ? text.slice(1) : text).codePointAt(0)!;

function charTest(token: string): (char: string) => boolean {
  if (token === '?') return (char) => char !== '/';
  if (!token.startsWith('[')) return (char) => char.codePointAt(0) === bound(token);
  const negated = token.startsWith('[^');
  const ranges = [...token.slice(negated ? 2 : 1, -1).matchAll(RANGE)].map(([, first, last]) => [bound(first!), bound(last ?? first!)]);
  return (char) => ranges.some(([first, last]) => first! <= char.codePointAt(0)! && char.codePointAt(0)! <= last!) !== negated;
}

/**
 * Go's definition, naively: the pattern is cut at its stars; each chunk takes the first place
 * where it fits, and is never moved again; the last chunk must end the name.
 */
function naiveMatch(pattern: string, name: string): boolean | 'error' {
  if (!WELL_FORMED.test(pattern)) return 'error';
  const chunks: Chunk[] = [[]];
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (token === '*') chunks.push([]);
    else chunks.at(-1)!.push(charTest(token));
  }
  const chars = [...name];
  const fits = (chunk: Chunk, at: number) => at + chunk.length <= chars.length && chunk.every((accepts, i) => accepts(chars[at + i]!));
  const [first, ...others] = chunks as [Chunk, ...Chunk[]];
  if (!fits(first, 0)) return false;
  let at = first.length;
  // Adjacent stars are one; a star at the end has an empty last chunk.
  const behindStars = others.filter((chunk, i) => chunk.length > 0 || i === others.length - 1);
  for (const [i, chunk] of behindStars.entries()) {
    const isLast = i === behindStars.length - 1;
    while (!(fits(chunk, at) && (!isLast || at + chunk.length === chars.length))) {
      if (at >= chars.length || chars[at] === '/') return false;
      at++;
    }
    at += chunk.length;
  }
  return at === chars.length;
}

function match(pattern: string, name: string): boolean | 'error' {
  const compiled = compilePathMatch(pattern);
  return compiled.malformed ? 'error' : compiled.matches(name);
}

describe('compilePathMatch', () => {
  const char = fc.constantFrom('a', 'b', 'c', 'a', '/', '.', '-', '^', ']', '[', '\\', '*', '?', 'é', '日', '\u{1f600}', '\n');
  const piece = fc.oneof(
    char,
    fc.constantFrom(
      '*',
      '?',
      '*',
      '[a-c]',
      '[^a]',
      '[^/]',
      '[/]',
      '[\\]]',
      '[a-',
      '[]',
      '[é-日]',
      '[^\u{1f600}]',
      '[c-a]',
      '\\*',
      '[a\\-c]',
      '[-a]',
    ),
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const name = fc.array(char, { maxLength: 8 }).map((chars) => chars.join(''));

  test('agrees with a naive implementation', () => {
    fc.assert(fc.property(pattern, name, (p, n) => match(p, n) === naiveMatch(p, n)), { numRuns: 20_000 });
  });

  test('agrees where stars and short names make most patterns match', () => {
    const few = fc.array(fc.constantFrom('*', '*', 'a', 'b', '?', '[^b]', '/'), { maxLength: 7 }).map((pieces) => pieces.join(''));
    const short = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 6 }).map((chars) => chars.join(''));
    fc.assert(fc.property(few, short, (p, n) => match(p, n) === naiveMatch(p, n)), { numRuns: 20_000 });
  });

  test.each([
    ['*', 'a/b', false], ['**', 'a/b', false], ['*', '.hidden', true], ['*', '.', true], ['?', '/', false],
    ['a[^x]b', 'a/b', true], ['[!a]', '!', true], ['[!a]', 'b', false], ['{a,b}', 'a', false],
    ['?', '\u{1f600}', true], ['??', '\u{1f600}', false], ['[😀-😂]', '😁', true], ['e\u0301', 'é', false],
    // A chunk stays where it first fits, even if moving it would help.
    ['*a[^x]*b', 'aca/cb', false],
    ['', '', true], ['', 'a', false], ['[[:alpha:]]', 'a]', true], ['\\*', '*', true], ['A', 'a', false],
  ])('%j and %j: %s', (p, n, expected) => {
    expect(match(p, n)).toBe(expected);
  });

  test.each(['\\', '[]a]', '[-a]', '[a-]', '[a-b-c]', '[', '[a', '[^', '[]', '[^]', '[\\', 'x[', '*[', 'a/[b'])('%j is malformed', (p) => {
    expect(compilePathMatch(p).malformed).toBe(true);
    for (const n of ['', 'a', p, ']', '/']) expect(compilePathMatch(p).matches(n)).toBe(false);
  });

  test('takes no exponential time', () => {
    const compiled = compilePathMatch(`${'*a'.repeat(200)}*b`);
    const start = performance.now();
    expect(compiled.matches('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
