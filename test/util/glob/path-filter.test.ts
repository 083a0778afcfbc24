import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/util/errors.js';
import { makePathFilter } from '../../../src/util/glob/path-filter.js';

const PATHS = ['README.md', '.hidden.md', 'data/', 'data/a.csv', 'data/.b.csv', 'data/raw/c.csv', 'data/raw/D.CSV', 'build/', 'build/x.md'];

function selected(options: Parameters<typeof makePathFilter>[0]): string[] {
  return PATHS.filter(makePathFilter(options));
}

describe('makePathFilter', () => {
  test('selects everything without conditions', () => {
    expect(selected({})).toEqual(PATHS);
    expect(selected({ include: [], exclude: [] })).toEqual(PATHS);
  });

  test('includes by globs that match the whole path, hidden names too', () => {
    expect(selected({ include: ['*.md'] })).toEqual(['README.md', '.hidden.md']);
    expect(selected({ include: ['data/*.{csv,txt}'] })).toEqual(['data/a.csv', 'data/.b.csv']);
    expect(selected({ include: ['**/*.csv', 'README*'] })).toEqual(['README.md', 'data/a.csv', 'data/.b.csv', 'data/raw/c.csv']);
  });

  test('a directory is matched without its trailing slash', () => {
    expect(selected({ include: ['data', 'b*'] })).toEqual(['data/', 'build/']);
  });

  test('an include with ! takes away, wherever it stands', () => {
    expect(selected({ include: ['!**/raw/**', 'data/**'] })).toEqual(['data/', 'data/a.csv', 'data/.b.csv']);
    expect(selected({ include: ['!data/**', '!build/**'] })).toEqual(['README.md', '.hidden.md']);
    expect(selected({ include: ['!(README).md'] })).toEqual(['.hidden.md']);
  });

  test('excludes in the syntax of .gitignore, with case, directories and negation', () => {
    expect(selected({ exclude: ['build/'] })).not.toContain('build/x.md');
    expect(selected({ exclude: ['*.csv', '!a.csv'] })).toEqual([
      'README.md',
      '.hidden.md',
      'data/',
      'data/a.csv',
      'data/raw/D.CSV',
      'build/',
      'build/x.md',
    ]);
    expect(selected({ exclude: ['README.md/'] })).toContain('README.md');
  });

  test('exclude wins over include', () => {
    expect(selected({ include: ['**/*.csv'], exclude: ['/data/raw/'] })).toEqual(['data/a.csv', 'data/.b.csv']);
  });

  test('the toplevel itself and paths outside are not excluded', () => {
    const filter = makePathFilter({ exclude: ['*'] });
    expect(['.', '../x', '/x'].map(filter)).toEqual([true, true, true]);
    expect(filter('x')).toBe(false);
  });

  test('an unusable glob is a usage error that shows it', () => {
    expect(() => makePathFilter({ include: [''] })).toThrow(UsageError);
    expect(() => makePathFilter({ include: ['!'] })).toThrow(/""/);
  });

  test('globs that a matcher which backtracks could compare for ever are refused, by include and exclude', () => {
    const hostile = [
      `${'*a'.repeat(30)}*b`,
      '*a*a*a*a*b',
      '**/a/**/a/**/a/**/b',
      '+(a|aa)b',
      '+(+(a))b',
      '*(*a)b',
      `${'{a,a}'.repeat(30)}b`,
      `${'@(a|a)'.repeat(30)}b`,
      'a'.repeat(2000),
    ];
    for (const glob of hostile) {
      expect(() => makePathFilter({ include: [glob] }), glob).toThrow(UsageError);
      expect(() => makePathFilter({ include: [`!${glob}`] }), glob).toThrow(UsageError);
      expect(() => makePathFilter({ exclude: [glob] }), glob).toThrow(UsageError);
    }
  });

  test('globs that are not refused are quick, whatever the name is', () => {
    const names = ['a'.repeat(255), `${'a'.repeat(127)}/${'a'.repeat(127)}c`, `${'a/'.repeat(100)}c`];
    const globs = [
      '*a*a*b',
      '*a*a*/*b',
      '**/a/**/b',
      '**/*a*/*a*/*b',
      '**/*.{csv,txt,md}',
      '*/*/*/*/*.csv',
      '+([a-z])b',
      '*(a)b',
      '!(a)*b',
      'a*a*a*/**/b',
    ];
    for (const glob of globs) {
      const start = process.cpuUsage();
      const filters = [makePathFilter({ include: [glob] }), makePathFilter({ exclude: [glob] })];
      for (const name of names) for (const filter of filters) filter(name);
      const { user } = process.cpuUsage(start);
      expect(user / 1000, glob).toBeLessThan(2000);
    }
  });

  test('answers stay right over many questions', () => {
    const filter = makePathFilter({ exclude: ['*7', '!17'] });
    const wrong = Array.from({ length: 50_000 }, (_, i) => i).filter((i) => filter(String(i)) !== (i % 10 !== 7 || i === 17));
    expect(wrong).toEqual([]);
  });
});
