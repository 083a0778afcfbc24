import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { IgnoreScope } from '../../../src/realdir/ignore/ignore-rules.js';
import type { ByteString } from '../../../src/util/byte-string.js';
import { bytesOfText, joinPath } from '../../../src/util/byte-string.js';
import { git, gitBuffer, tempDir } from '../../harness/index.js';
import { nameBytes, patternBytes } from '../pattern-arbitraries.js';

type Files = ReadonlyMap<ByteString, ByteString>;

const bytes = (text: ByteString) => Buffer.from(text, 'latin1');
/** A rule that comes before all others, so that `git check-ignore` always finds something and ends with 0. */
const SENTINEL = 'sentinel-name';

let repo: string;
const absolute = (relative: ByteString) => bytes(joinPath(bytesOfText(repo), relative));

beforeAll(() => {
  repo = tempDir();
  git(['init', '--quiet'], repo);
});

/** What Git says about each path: `file NUL line NUL pattern`, or '' if no rule applies. */
function askGit(files: Files, paths: readonly ByteString[]): ByteString[] {
  for (const [file, content] of files) fs.writeFileSync(absolute(file === 'info/exclude' ? '.git/info/exclude' : file), bytes(content));
  const input = bytes(`${[...paths, SENTINEL].join('\0')}\0`);
  const output = gitBuffer(['check-ignore', '--no-index', '-v', '-n', '-z', '--stdin'], repo, { input }).toString('latin1').split('\0');
  for (const file of files.keys()) fs.rmSync(absolute(file === 'info/exclude' ? '.git/info/exclude' : file));
  return paths.map((_, i) => {
    const [source = '', line, pattern] = output.slice(i * 4);
    return source === '' ? '' : [source.replace(/^\.git\//, ''), line, pattern].join('\0');
  });
}

/** The same from IgnoreScope: the rule for the topmost ignored parent, or for the path itself. */
function askScope(files: Files, target: ByteString, isDirectory: boolean): ByteString {
  const content = (file: ByteString) => (files.has(file) ? bytes(files.get(file)!) : null);
  const names = target.split('/');
  let scope = IgnoreScope.root(content('info/exclude'), content('.gitignore'));
  for (const [i, name] of names.entries()) {
    const asDirectory = isDirectory || i < names.length - 1;
    const rule = scope.deciding(name, asDirectory);
    const ignored = scope.ignores(name, asDirectory);
    expect(ignored).toBe(rule !== null && !rule.pattern.startsWith('!'));
    expect(rule === null || scope.mayIgnore).toBe(true);
    if (ignored || i === names.length - 1) return rule === null ? '' : [rule.file, rule.line, rule.pattern].join('\0');
    scope = scope.enter(name, content(`${names.slice(0, i + 1).join('/')}/.gitignore`));
  }
  return '';
}

const directories = fc.uniqueArray(
  fc.array(nameBytes, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
  { minLength: 3, maxLength: 10 },
);

const situation = directories.chain((dirs) => {
  const withParents = [...new Set(dirs.flatMap((dir) => dir.split('/').map((_, i, names) => names.slice(0, i + 1).join('/'))))];
  const fileNames = fc.array(fc.tuple(fc.constantFrom('', ...withParents), nameBytes), { maxLength: 12 });
  return fileNames.chain((pairs) => {
    const leaves = [...new Set(pairs.map(([dir, name]) => joinPath(dir, name)))].filter((leaf) => !withParents.includes(leaf));
    const rules = (base: ByteString) => {
      const below = [...withParents, ...leaves].filter((target) => base === '' || target.startsWith(`${base}/`));
      const relative = below.map((target) => (base === '' ? target : target.slice(base.length + 1)));
      const pattern = patternBytes(relative.length > 0 ? relative : ['a']);
      const line = fc.tuple(
        fc.constantFrom('', '', '', '!', '\\', '#'),
        pattern,
        fc.constantFrom('\n', '\n', '\r\n', ' \n', '\\ \n', '\n\n'),
      );
      return fc.tuple(fc.constantFrom('', '', '', '\xef\xbb\xbf'), fc.array(line, { maxLength: 5 }), fc.boolean())
        .map(([mark, lines, cut]) => mark + lines.flat().join('').slice(0, cut ? -1 : undefined));
    };
    const nested = fc.uniqueArray(fc.constantFrom(...withParents), { maxLength: 3 })
      .chain((bases) => fc.tuple(...bases.map((base) => rules(base).map((text) => [`${base}/.gitignore`, text] as const))));
    return fc.record({ dirs: fc.constant(withParents), leaves: fc.constant(leaves), exclude: rules(''), top: rules(''), nested });
  });
});

describe('IgnoreScope and git check-ignore', () => {
  test('the same rule decides', () => {
    fc.assert(fc.property(situation, ({ dirs, leaves, exclude, top, nested }) => {
      for (const dir of dirs) fs.mkdirSync(absolute(dir), { recursive: true });
      const files = new Map([['info/exclude', `${SENTINEL}\n${exclude}`], ['.gitignore', top], ...nested]);
      const decided = askGit(files, [...dirs, ...leaves]);
      for (const [i, target] of [...dirs, ...leaves].entries()) {
        expect(JSON.stringify([target, askScope(files, target, i < dirs.length)])).toBe(JSON.stringify([target, decided[i]]));
      }
      for (const dir of dirs) fs.rmSync(absolute(dir.split('/')[0]!), { recursive: true, force: true });
    }), { numRuns: 100 });
  });

  test('named classes contain the same bytes', () => {
    const names = Array.from({ length: 255 }, (_, i) => `x${String.fromCharCode(i + 1)}`).filter((name) => name !== 'x/');
    for (const name of ['alnum', 'alpha', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'xdigit']) {
      const files = new Map([['info/exclude', `${SENTINEL}\nx[[:${name}:]]\nx/[^[:${name}:]]`]]);
      expect(names.map((target) => askScope(files, target, false))).toEqual(askGit(files, names));
    }
  });

  test('a thousand rules in one file keep their order', () => {
    const lines = Array.from(
      { length: 1000 },
      (_, i) => [`n${i % 97}`, `!*${i % 13}`, `/n${i % 89}`, `n${i % 7}*`, `!/n${i % 31}/`, `**/*${i % 11}`][i % 6],
    );
    const files = new Map([['info/exclude', SENTINEL], ['.gitignore', lines.join('\n')]]);
    const names = Array.from({ length: 120 }, (_, i) => `n${i}`);
    expect(names.map((target) => askScope(files, target, false))).toEqual(askGit(files, names));
  });
});

describe('IgnoreScope', () => {
  const scopeOf = (rules: string) => IgnoreScope.root(Buffer.from(rules), null);

  test('mayIgnore is false where no rule can apply any more', () => {
    expect(IgnoreScope.root(null, null).mayIgnore).toBe(false);
    expect(scopeOf('# only a comment\n\n').mayIgnore).toBe(false);
    const anchored = scopeOf('/a/b\n/*/x?\n');
    expect(anchored.mayIgnore).toBe(true);
    expect(anchored.enter('a', null).mayIgnore).toBe(true);
    expect(anchored.enter('a', null).enter('c', null).mayIgnore).toBe(false);
    expect(scopeOf('/a/**').enter('z', null).enter('z', null).mayIgnore).toBe(true);
    expect(scopeOf('*.o').enter('z', null).enter('z', null).mayIgnore).toBe(true);
    const nested = IgnoreScope.root(null, null).enter('a', null).enter('b', Buffer.from('x\n'));
    expect(nested.mayIgnore).toBe(true);
    expect(nested.deciding('x', false)).toEqual({ file: 'a/b/.gitignore', line: 1, pattern: 'x' });
  });

  test('a directory-only rule is for directories', () => {
    const scope = scopeOf('build/\n*.d/\n/top/\nx[0-9]/\n');
    for (const name of ['build', 'a.d', 'top', 'x1']) {
      expect([name, scope.ignores(name, true), scope.ignores(name, false)]).toEqual([name, true, false]);
    }
  });

  test('hostile patterns take no exponential time', () => {
    const hostile = [
      '*a'.repeat(50),
      `${'**/'.repeat(50)}*a*a*a*b/x`,
      `/${'*a'.repeat(50)}*b`,
      `${'[!b]*'.repeat(60)}b`,
      `/a/${'**/a/'.repeat(40)}b`,
      `${'a**'.repeat(50)}b`,
    ];
    const start = performance.now();
    let scope = scopeOf(`${hostile.map((pattern) => `${pattern}b`).join('\n')}\n`);
    for (let i = 0; i < 200; i++) {
      expect(scope.ignores('a'.repeat(255), false)).toBe(false);
      scope = scope.enter('a', null);
    }
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('a file of many rules is parsed and asked quickly', () => {
    const rules = Array.from({ length: 100_000 }, (_, i) => [`name-${i}`, `*.ext${i}`, `/dir-${i}/file-${i}`, `name-${i}/`][i % 4]).join(
      '\n',
    );
    const start = performance.now();
    const scope = scopeOf(rules).enter('dir-2', null);
    for (let i = 0; i < 20_000; i++) scope.ignores(`some-${i}.ext${i}`, false);
    expect(scope.deciding('file-2', false)?.line).toBe(3);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('thousands of nested directories, each with rules', () => {
    let scope = scopeOf('*.o\n');
    for (let i = 0; i < 3000; i++) scope = scope.enter('d', Buffer.from(i === 0 ? 'first\n' : `/only-here-${i}\n`));
    expect(scope.ignores('first', false)).toBe(true);
    expect(scope.ignores('only-here-2999', false)).toBe(true);
    expect(scope.ignores('only-here-2998', false)).toBe(false);
    expect(scope.deciding('first', false)?.file).toBe('d/.gitignore');
    expect(scope.deciding('only-here-2999', false)?.file).toBe(path.posix.join('d/'.repeat(3000), '.gitignore'));
  });
});
