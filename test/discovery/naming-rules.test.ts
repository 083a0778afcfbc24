import { describe, expect, test } from 'vitest';
import { createNamingRule } from '../../src/discovery/naming-rules/create-naming-rule.js';
import { parseEnabledPaths } from '../../src/discovery/naming-rules/enabled-paths.js';
import { NamingRuleError } from '../../src/discovery/naming-rules/naming-rule.js';
import { parsePathPatterns } from '../../src/discovery/naming-rules/path-pattern.js';

const create = (name: string, settings: Record<string, unknown>, root = '/projects') => createNamingRule(name, settings, root);

/** Event and whether a directory is entered, such as `candidate+`. */
function decide(rule: ReturnType<typeof create>, path: string, isKnown = false): string {
  const depth = path === '.' ? 0 : path.split('/').length;
  const { event, enter } = rule.decide(path, depth, () => isKnown);
  return `${event ?? ''}${enter ? '+' : ''}`;
}

describe('settings that nobody has checked', () => {
  test.each([
    ['PathPattern', {}, 'UnknownRule'],
    ['PathPatterns', { patterns: 'enter .' }, 'WrongType'],
    ['PathPatterns', { patterns: ['enter .', 1] }, 'WrongType'],
    ['PathPatterns', { patterns: ['bad'], enabledPaths: 'x' }, 'WrongType'],
    ['PathPatterns', { patterns: ['bad'], enabledPaths: ['9 x'] }, 'TooDeep'],
    ['PathPatterns', { patterns: ['bad', 'Repo x'] }, 'MalformedPattern'],
    ['PathPatterns', { patterns: ['enter [', 'Repo x'] }, 'InvalidAction'],
    ['SubdirLevel', {}, 'MissingLevel'],
    ['SubdirLevel', { level: '2' }, 'LevelNotNumber'],
    ['SubdirLevel', { level: 1.5, ignore: 'x' }, 'LevelNotInteger'],
    ['SubdirLevel', { level: Number.NaN }, 'LevelNotInteger'],
    ['SubdirLevel', { level: 5, ignore: 'x' }, 'LevelOutOfRange'],
    ['SubdirLevel', { level: 0 }, 'LevelOutOfRange'],
    ['SubdirLevel', { level: 1, ignore: 'x' }, 'WrongType'],
    ['Stdtools2017', { ignore: 'x' }, 'WrongType'],
    ['Stdtools2017', { projectsRoot: '' }, 'StdtoolsDisabled'],
  ])('%s %j: %s', (name, settings, code) => {
    expect(() => create(name, settings)).toThrow(NamingRuleError);
    expect(() => create(name, settings)).toThrow(expect.objectContaining({ code }));
  });
});

describe('lines', () => {
  test('all problems are found, malformed globs as well', () => {
    const { patterns, problems } = parsePathPatterns(['superrepo .', 'repo [a', 'repo', ' repo x', 'ignore a b ', 'enter ']);
    expect(problems.map(({ code, index }) => [code, index])).toEqual([
      ['MalformedGlob', 1],
      ['MalformedPattern', 2],
      ['InvalidAction', 3],
    ]);
    expect(patterns.map(({ glob }) => glob)).toEqual(['.', '[a', 'a b ', '']);
  });

  test('depth paths are unsigned numbers and literal paths', () => {
    const { patterns, problems } = parseEnabledPaths([
      '02 a*[?\\',
      '0 ',
      '+1 x',
      '1.0 x',
      '4294967296 x',
      '4294967295 x',
      '4 x',
      'x',
      '٣ x',
    ]);
    expect(patterns.map(({ glob }) => glob)).toEqual(['a\\*\\[\\?\\\\', 'a\\*\\[\\?\\\\/*', 'a\\*\\[\\?\\\\/*/*', '']);
    expect(problems.map(({ code, index }) => `${index} ${code}`)).toEqual([
      '2 MalformedDepthPath',
      '3 MalformedDepthPath',
      '4 MalformedDepthPath',
      '5 TooDeep',
      '6 TooDeep',
      '7 MalformedDepthPath',
      '8 MalformedDepthPath',
    ]);
  });
});

test('SubdirLevel takes all directories at its level', () => {
  const rule = create('SubdirLevel', { level: 2, ignore: ['tmp', '*/tmp', '['] });
  expect(['.', 'a', 'a/b', '.x', 'a/.x', 'tmp', 'a/tmp'].map((path) => decide(rule, path))).toEqual([
    '+', '+', 'candidate', 'ignore', 'ignore', 'ignore', 'ignore',
  ]);
  expect(['.', 'a', 'a/b', '.x'].map((path) => decide(rule, path, true))).toEqual(['+', 'known', 'known', 'known']);
});

test('the default rule takes all direct subdirectories', () => {
  for (const rule of [create('', {}), create('default', {})]) {
    expect(['.', 'a', '.x'].map((path) => decide(rule, path))).toEqual(['+', 'candidate', 'ignore']);
    expect(['.', 'a', '.x'].map((path) => decide(rule, path, true))).toEqual(['+', 'known', 'known']);
  }
});

describe('Stdtools2017', () => {
  const settings = { projectsRoot: '/projects/' };

  test.each([
    ['.', '+', '+'],
    ['.dot', 'candidate+', 'known+'],
    ['p/2013', '+', '+'],
    ['p/2020', 'ignore', 'known'],
    ['p/a-1', 'candidate', 'known'],
    ['p/a_1', 'ignore', 'known'],
    ['p/1a', 'ignore', 'known'],
    ['p/2013/2013_a', 'candidate', 'known'],
    ['p/2013/2013-12_a', 'candidate', 'known'],
    ['p/2013/2013-13_a', 'ignore', 'known'],
    ['p/2013/a', 'ignore', 'known'],
    ['p/2014/a', 'candidate', 'known'],
    ['p/2015/01_a', 'candidate', 'known'],
    ['p/2016/a_01', 'candidate', 'known'],
    ['p/2016/01_a', 'ignore', 'known'],
    ['p/2019/a', 'candidate', 'known'],
  ])('%s is %s, and %s if it exists', (path, fresh, existing) => {
    const rule = create('Stdtools2017', settings, '/projects');
    expect([decide(rule, path), decide(rule, path, true)]).toEqual([fresh, existing]);
  });

  test.each([
    ['/projects/p', '.', 'candidate+'],
    ['/projects/p', '2016/a', 'candidate'],
    ['/projects/p/2016', '.', 'ignore'],
    ['/projects/p/name', '.', 'ignore'],
    ['/projects/p/2016/a/b', '.', 'ignore'],
    ['/projects2', '.', 'ignore'],
    ['/', '.', 'ignore'],
  ])('from root %s, %s is %s', (root, path, expected) => {
    expect(decide(create('Stdtools2017', settings, root), path)).toBe(expected);
  });

  test('ignore globs come first, also for the root', () => {
    const rule = create('Stdtools2017', { ...settings, ignore: ['.*', 'p'] });
    expect(['.', 'p', 'q'].map((path) => decide(rule, path, true))).toEqual(['ignore', 'ignore', 'known+']);
  });
});
