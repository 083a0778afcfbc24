import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttributeRules } from '../../src/realdir/attributes/attributes.js';
import { IgnoreScope } from '../../src/realdir/ignore/ignore-rules.js';
import { NogbundlePatterns } from '../../src/realdir/attributes/nogbundle-patterns.js';
import { findNogbundles } from '../../src/realdir/attributes/nogbundles.js';
import type { StubFiles } from '../../src/shadow/stub/stub-files.js';
import { withIgnorePattern, withNogbundlePattern } from '../../src/stub/stub-rules.js';
import { tempDir } from '../harness/index.js';

const buffer = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'latin1');

/** All directories to a depth of three, so that nothing depends on chance. */
const NAMES = ['a', 'b', 'a b', 'ab#', '!'];
const DIRECTORIES = NAMES.flatMap((x) => [x, ...NAMES.flatMap((y) => [`${x}/${y}`, ...NAMES.map((z) => `${x}/${y}/${z}`)])]);

function isIgnored(gitignore: string | undefined, directory: string): boolean {
  let scope = IgnoreScope.root(null, buffer(gitignore));
  const names = directory.split('/');
  for (const name of names.slice(0, -1)) {
    if (scope.ignores(name, true)) return true;
    scope = scope.enter(name, null);
  }
  return scope.ignores(names.at(-1) ?? '', true);
}

test('the directories that a pattern gives the attribute are found, and ignored otherwise, whatever the pattern', () => {
  const realdir = tempDir();
  for (const directory of DIRECTORIES) fs.mkdirSync(path.join(realdir, directory), { recursive: true });
  const component = fc.constantFrom('a', 'b', 'a b', 'ab#', '!', '*', '**', '?', 'a*', '*b', '?b*');
  const pattern = fc.tuple(fc.constantFrom('', '/'), fc.array(component, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '/'));
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), (patterns) => {
      const stub = patterns.reduce<StubFiles>(
        (current, [start, components, end]) => withNogbundlePattern(current, `${start}${components.join('/')}${end}`),
        {},
      );
      const attributes = AttributeRules.parse(buffer(stub['.gitattributes']));
      const wanted = DIRECTORIES.filter((directory) => attributes.valueOf('nogbundle', `${directory}/`) === 'set');
      const found = findNogbundles(realdir, NogbundlePatterns.parse(buffer(stub['.nogbundles'])), attributes, () => undefined);
      expect([...found.selected].sort()).toEqual(wanted.sort());
      for (const directory of wanted) expect(isIgnored(stub['.gitignore'], directory)).toBe(true);
    }),
  );
});

test('a pattern for nogbundles brings its parents along, each line once', () => {
  const once = withNogbundlePattern({}, 'data/*/raw files');
  expect(once).toEqual({
    '.gitattributes': '"/data/*/raw files/" nogbundle\n',
    '.gitignore': '/data/*/raw files/\n',
    '.nogbundles': '/data/\n/data/*/\n/data/*/raw files/\n',
  });
  expect(withNogbundlePattern(once, '/data/*/raw files/')).toEqual(once);
  const negated = { ...once, '.gitattributes': `${once['.gitattributes']}/data/x/ -nogbundle\n` };
  expect(withNogbundlePattern(negated, 'data/*/raw files')['.gitattributes']).toMatch(/-nogbundle\n"\/data\/.*nogbundle\n$/);
});

test('a pattern is appended behind what takes it back, and to a last line without newline', () => {
  expect(withIgnorePattern({}, '*.tmp')).toEqual({ '.gitignore': '*.tmp\n' });
  expect(withIgnorePattern({ '.gitignore': 'a' }, 'b')).toEqual({ '.gitignore': 'a\nb\n' });
  expect(withIgnorePattern({ '.gitignore': 'a\nb\n' }, 'a')).toEqual({ '.gitignore': 'a\nb\n' });
  expect(withIgnorePattern({ '.gitignore': 'a\n!a\n' }, 'a')).toEqual({ '.gitignore': 'a\n!a\na\n' });
  expect(withIgnorePattern({ '.gitignore': '!a\na\n' }, '!a')).toEqual({ '.gitignore': '!a\na\n!a\n' });
});

test('what cannot be one rule, or not the same in all files, is refused', () => {
  for (const pattern of ['', ' ', '# comment', 'a\nb', 'a\0'])
    expect(() => withIgnorePattern({}, pattern)).toThrow(/cannot be used as a pattern/);
  for (const pattern of ['', '/', 'a//b', 'a[b]', 'a\\b', 'a"b', 'a**/b', 'a\nb']) {
    expect(() => withNogbundlePattern({}, pattern)).toThrow(/cannot be used as a pattern/);
  }
});
