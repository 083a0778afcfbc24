import fs from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { AttributeRules } from '../../../src/realdir/attributes/attributes.js';
import type { AttributeValue } from '../../../src/realdir/attributes/attributes.js';
import type { ByteString } from '../../../src/util/byte-string.js';
import { bytesOfText, joinPath } from '../../../src/util/byte-string.js';
import { git, gitBuffer, tempDir } from '../../harness/index.js';
import { pathBytes, patternBytes } from '../pattern-arbitraries.js';

const NAMES = ['x', 'y', 'm', 'n', 'binary', 'text', 'diff'];
const bytes = (text: ByteString) => Buffer.from(text, 'latin1');

let repo: string;
const absolute = (relative: ByteString) => bytes(joinPath(bytesOfText(repo), relative));

beforeAll(() => {
  repo = tempDir();
  git(['init', '--quiet'], repo);
});

/** Values of all NAMES for each path, as `git check-attr` prints them. */
function askGit(paths: readonly ByteString[], options: readonly string[]): ByteString[][] {
  const input = bytes(`${paths.join('\0')}\0`);
  const output = gitBuffer(['check-attr', ...options, '-z', '--stdin', ...NAMES], repo, { input }).toString('latin1').split('\0');
  return paths.map((_, i) => NAMES.map((__, j) => output[(i * NAMES.length + j) * 3 + 2]!));
}

function askRules(rules: AttributeRules, paths: readonly ByteString[]): ByteString[][] {
  const print = (value: AttributeValue) => (typeof value === 'string' ? value : value.value);
  return paths.map((target) => NAMES.map((name) => print(rules.valueOf(name, target))));
}

const attribute = fc.constantFrom(...NAMES);
const word = fc.oneof(
  { weight: 5, arbitrary: attribute },
  { weight: 2, arbitrary: attribute.map((name) => `-${name}`) },
  { weight: 2, arbitrary: attribute.map((name) => `!${name}`) },
  { weight: 2, arbitrary: fc.tuple(attribute, fc.constantFrom('', '1', 'a=b', '\xe9', '-z', '"q"')).map((pair) => pair.join('=')) },
  { weight: 1, arbitrary: fc.constantFrom('-x=1', '!y=2', '.x', '_z', '--x', '=v', '-', 'x!', '\xe9') },
);
const quoted = (pattern: ByteString) => `"${pattern.replaceAll(/["\\]/g, '\\$&').replaceAll('a', '\\141').replaceAll('\t', '\\t')}"`;

function attributeText(paths: readonly ByteString[]): fc.Arbitrary<ByteString> {
  const pattern = patternBytes(paths);
  const start = fc.oneof(
    { weight: 8, arbitrary: pattern },
    { weight: 2, arbitrary: pattern.map(quoted) },
    { weight: 1, arbitrary: pattern.map((text) => `!${text}`) },
    { weight: 2, arbitrary: attribute.map((name) => `[attr]${name}`) },
    { weight: 1, arbitrary: fc.constantFrom('[attr]', '"[attr] m"', '"[attr]x y"', '#', '"a', '"\\400"', '"a\\000b"', '"[attr]x\\000y"') },
  );
  const line = fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '\t'),
      start,
      fc.constantFrom(' ', ' ', '\t', '\r'),
      fc.array(word, { maxLength: 4 }),
      fc.constantFrom('\n', '\n', '\r\n', ' \n'),
    )
    .map(([indent, subject, blank, words, end]) => indent + subject + blank + words.join(blank) + end);
  const mark = fc.constantFrom('', '', '', '\xef\xbb\xbf');
  return fc.tuple(mark, fc.array(line, { maxLength: 8 })).map(([bom, lines]) => bom + lines.join(''));
}

const somePaths = fc.array(fc.tuple(pathBytes, fc.constantFrom('', '/')).map((pair) => pair.join('')), { minLength: 5, maxLength: 20 });
const plain = (path: ByteString) => path.replace(/\/$/, '');

describe('AttributeRules and git check-attr', () => {
  test('parse: the toplevel file of a commit', () => {
    const situation = somePaths.chain((paths) => fc.tuple(fc.constant(paths), attributeText(paths.map(plain))));
    fc.assert(fc.property(situation, ([paths, text]) => {
      const oid = gitBuffer(['hash-object', '-w', '--stdin'], repo, { input: bytes(text) }).toString().trim();
      git(['update-index', '--add', '--cacheinfo', `100644,${oid},.gitattributes`], repo);
      expect(askRules(AttributeRules.parse(bytes(text)), paths)).toEqual(askGit(paths, ['--cached']));
    }), { numRuns: 120 });
  });

  test('stack: files of several levels in a work tree', () => {
    const situation = somePaths.chain((paths) => {
      const parents = [
        ...new Set(
          paths.flatMap((target) =>
            plain(target)
              .split('/')
              .slice(0, -1)
              .map((_, i, names) => names.slice(0, i + 1).join('/')),
          ),
        ),
      ];
      const dirs = fc.uniqueArray(fc.constantFrom('', ...parents), { maxLength: 4 });
      return dirs.chain((chosen) => fc.tuple(fc.constant(paths), fc.tuple(...chosen.map((dir) => {
        const below = paths.map(plain).filter((target) => dir === '' || target.startsWith(`${dir}/`));
        const relative = below.map((target) => (dir === '' ? target : target.slice(dir.length + 1)));
        return attributeText(relative).map((text) => ({ dir, text: bytes(text) }));
      }))));
    });
    git(['read-tree', '--empty'], repo);
    fc.assert(fc.property(situation, ([paths, files]) => {
      for (const { dir, text } of files) {
        fs.mkdirSync(absolute(dir), { recursive: true });
        fs.writeFileSync(absolute(joinPath(dir, '.gitattributes')), text);
      }
      const expected = askGit(paths, []);
      for (const name of fs.readdirSync(repo, 'latin1')) if (name !== '.git') fs.rmSync(absolute(name), { recursive: true });
      expect(askRules(AttributeRules.stack(files), paths)).toEqual(expected);
    }), { numRuns: 120 });
  });
});

describe('AttributeRules', () => {
  const valueOf = (text: string, path: string, name = 'x') => AttributeRules.parse(Buffer.from(text)).valueOf(name, path);

  test('tells set from the value "set"', () => {
    expect(valueOf('* x', 'a')).toBe('set');
    expect(valueOf('* x=set', 'a')).toEqual({ value: 'set' });
    expect(valueOf('* x=', 'a')).toEqual({ value: '' });
  });

  test('without a file nothing is specified', () => {
    expect(AttributeRules.parse(null).valueOf('x', 'a/')).toBe('unspecified');
    expect(AttributeRules.stack([]).valueOf('text', 'a')).toBe('unspecified');
  });

  test('a directory pattern applies to the directory, not to a file and not to what is below', () => {
    expect([valueOf('data/ x', 'data/'), valueOf('data/ x', 'data'), valueOf('data/ x', 'data/sub/')]).toEqual([
      'set',
      'unspecified',
      'unspecified',
    ]);
  });

  test('knows the macro binary', () => {
    expect(valueOf('*.png binary', 'a.png', 'text')).toBe('unset');
    expect(valueOf('[attr]binary x\n*.png binary', 'a.png', 'text')).toBe('unspecified');
  });

  test('a quoted NUL ends the pattern and the name of a macro', () => {
    expect(valueOf('"[attr]m\\000y" x\n"a\\000b" m', 'a')).toBe('set');
  });

  test('what is not well-formed in quotes is a pattern with quotes', () => {
    expect([valueOf('"\\400" x', '"400"'), valueOf('"a x', '"a'), valueOf('"\\101" x', 'A')]).toEqual(['set', 'set', 'set']);
  });

  test('drops lines of 2048 bytes', () => {
    expect(valueOf(`a x${' '.repeat(2044)}`, 'a')).toBe('set');
    expect(valueOf(`a x${' '.repeat(2045)}`, 'a')).toBe('unspecified');
    // In a work tree the carriage return is part of the newline.
    const text = Buffer.from(`a x${' '.repeat(2044)}\r\n`);
    expect(AttributeRules.stack([{ dir: '', text }]).valueOf('x', 'a')).toBe('set');
    expect(AttributeRules.parse(text).valueOf('x', 'a')).toBe('unspecified');
  });

  test('a text that ends with NUL ends there at the toplevel of a commit, in a work tree only its line', () => {
    const text = Buffer.from('a x\0\nb x\n');
    expect(AttributeRules.parse(text).valueOf('x', 'b')).toBe('unspecified');
    expect(AttributeRules.stack([{ dir: '', text }]).valueOf('x', 'b')).toBe('set');
  });

  test('deeper files win, whatever their order', () => {
    const files = [
      { dir: 'a/b', text: Buffer.from('* -x') },
      { dir: '', text: Buffer.from('* x') },
      { dir: 'a', text: Buffer.from('* x=1') },
    ];
    const rules = AttributeRules.stack(files);
    expect(['f', 'a/f', 'a/b/', 'a/b/f', 'ab/f'].map((path) => rules.valueOf('x', path))).toEqual([
      'set',
      { value: '1' },
      { value: '1' },
      'unset',
      'set',
    ]);
  });

  test('a chain of a hundred thousand macros ends', () => {
    const macros = Array.from({ length: 100_000 }, (_, i) => `[attr]m${i} m${i + 1} m${i}`).join('\n');
    expect(valueOf(`${macros}\n* m0`, 'a', 'm100000')).toBe('set');
  });
});
