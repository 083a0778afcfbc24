import { describe, expect, test } from 'vitest';
import { compileWildmatch } from '../../../src/realdir/ignore/wildmatch.js';

function match(pattern: string, text: string): boolean {
  return compileWildmatch(pattern)?.matches(text) ?? false;
}

describe('compileWildmatch', () => {
  test.each([
    ['*', 'a', true],
    ['*', '.a', true],
    ['*', 'a/b', false],
    ['*/b', 'a/b', true],
    ['*/b', '/b', true],
    ['a/*', 'a/', true],
    ['?', 'a', true],
    ['?', '/', false],
    ['??', '\xc3\xa9', true],
    ['?', '\xc3\xa9', false],
    ['**', 'a/b', true],
    ['**', '', true],
    ['**/b', 'b', true],
    ['**/b', 'x/y/b', true],
    ['**/b', 'xb', false],
    ['a/**', 'a/x/y', true],
    ['a/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'axb', false],
    ['a**/b', 'ax/b', true],
    ['a**/b', 'ax/y/b', false],
    ['a**b', 'a/b', false],
    ['***/b', 'x/y/b', true],
    ['**/**/b', 'b', true],
    // An escaped slash ends `**`, but then at least one directory is needed.
    ['**\\/b', 'x/y/b', true],
    ['**\\/b', 'b', false],
    ['[a-c]', 'b', true],
    ['[!a]', 'b', true],
    ['[^a]', 'a', false],
    ['[!a]', '/', false],
    ['[/]', '/', false],
    ['a[a/]b', 'a/b', false],
    ['[]a]', ']', true],
    ['[!]a]', ']', false],
    ['[]-a]', '_', true],
    ['[--a]', '-', true],
    ['[--a]', 'A', true],
    ['[b-a]', 'a', false],
    ['[a-]', '-', true],
    ['[\\]a]', ']', true],
    ['[a\\-c]', 'b', false],
    ['[\\a-\\c]', 'b', true],
    ['[[:digit:]x]', '7', true],
    ['[[:digit:]-z]', '-', true],
    ['[a[:digit:]-z]', 'z', true],
    ['[a[:digit:]-z]', 'k', false],
    ['[[:]', ':', true],
    ['[[:a]', '[', true],
    ['[[:space:]]', '\v', false],
    ['[[:alpha:]]', '\xe9', false],
    ['[\x80-\xff]', '\xe9', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\a', 'a', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(match(pattern, text)).toBe(expected);
  });

  test.each(['a\\', '[a', '[', '[!', '[]', '[a-', '[a\\', '[[:foo:]]', '[[::]]', '[[:alpha:]', '*['])('%j matches nothing', (pattern) => {
    expect(compileWildmatch(pattern)).toBeNull();
  });

  test('compiles in linear time', () => {
    const start = performance.now();
    for (const piece of ['[a]', '[[:alpha:]', '*', '**/', '\\[', '[[:a]']) compileWildmatch(piece.repeat(30_000));
    // All of it looks for the same closing bracket.
    expect(compileWildmatch(`[${'[:'.repeat(500_000)}x]`)?.matches('x')).toBe(true);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
