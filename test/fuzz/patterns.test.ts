import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AttributeRules } from '../../src/realdir/attributes/attributes.js';
import { IgnoreRuleFile } from '../../src/realdir/ignore/ignore-rule-file.js';
import { IgnoreScope } from '../../src/realdir/ignore/ignore-rules.js';
import { NogbundlePatterns } from '../../src/realdir/attributes/nogbundle-patterns.js';
import { unquoteC } from '../../src/realdir/attributes/unquote-c.js';
import { fuzz } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const WORDS = [
  '*', '**', '/', '**/', '/**', '?', '[', ']', '[!', '[^', '[:', ':]', 'alpha', '-', '\\', '!', '#', ' ', '\t', '\r', '\n', '\n', '\0',
  '\xef\xbb\xbf', 'a', 'b', 'ab', '.git', '"', '\xff', '\xc3\xa9', '[]-a]', '[a-c]', '[[:digit:]b]', '\\ ',
];
const IGNORE: Language = {
  words: WORDS,
  valid: [
    '*.tmp\n/build/\n!keep.tmp\n# comment\n\\#a\ndoc/**/*.pdf\n',
    'a\nb/\n/a/b\na/*\n**/ab\n[a-c]*[!x-z]\nab \\ \n',
    '\xef\xbb\xbf*\n!/a\n!*/\n',
  ],
};
const ATTRIBUTES: Language = {
  words: [...WORDS, '[attr]', 'nogbundle', ' nogbundle', ' -', ' !', '=', ' set', ' x=y', ' binary', '\\101', '\\"', 'a'.repeat(2040)],
  valid: [
    '*.c text eol=lf\n/a/ nogbundle\n"a b" -text\n',
    '[attr]big -diff nogbundle x=1\na/** big\n',
    '# x\n**/b !nogbundle crlf=input\na binary\n',
  ],
};
const NOGBUNDLES: Language = { words: WORDS, valid: ['/a/\n/a/*/\n# x\n**/b\n', 'a?/ab*\n  /b/**/  \n', 'a*b**a?\n'] };

const name = fc.constantFrom('a', 'b', 'ab', '.git', '\xff', '\xc3\xa9', ' ', '#a', '!', 'aab.tmp', '[', '\\');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

describe('ignore rules', () => {
  test('the deciding rule is the last line that matches alone', () => {
    fuzz(fc.tuple(hostile(IGNORE), path, fc.boolean()), ([text, subject, isDirectory]) => {
      const slash = subject.lastIndexOf('/') + 1;
      const [directory, base] = [subject.slice(0, slash), subject.slice(slash)];
      const depth = directory.split('/').length - 1;
      const matchIn = (content: Buffer) => new IgnoreRuleFile('.gitignore', content).lastMatch(directory, depth, base, isDirectory);
      const content = text.toString('latin1').replace(/(?<!^)\xef\xbb\xbf/g, '');
      const lines = content.split('\n').map((line) => matchIn(Buffer.from(`${line}\n`, 'latin1')));
      const last = lines.findLastIndex((rule) => rule !== null);
      const found = matchIn(Buffer.from(content, 'latin1'));
      expect(found?.line).toBe(last < 0 ? undefined : last + 1);
      expect(found?.text).toBe(lines[last]?.text);
    });
  });

  test('scopes decide what their files say', () => {
    fuzz(
      fc.tuple(hostile(IGNORE), hostile(IGNORE), hostile(IGNORE), name, name, fc.boolean()),
      ([exclude, top, below, directory, base, isDirectory]) => {
        const root = IgnoreScope.root(exclude, top);
        for (const scope of [root, root.enter(directory, below), root.enter(directory, null).enter(base, below)]) {
          const rule = scope.deciding(base, isDirectory);
          expect(scope.ignores(base, isDirectory)).toBe(rule !== null && !rule.pattern.startsWith('!'));
          if (!scope.mayIgnore) expect(rule).toBeNull();
          if (rule !== null) expect(rule.line).toBeLessThanOrEqual(1 + [exclude, top, below].join('\n').split('\n').length);
        }
      },
    );
  });

  test('take no more than their time', () => {
    fuzz(fc.tuple(long(IGNORE), path), ([text, subject]) => {
      const scope = IgnoreScope.root(text, text).enter('a', text);
      for (const base of [subject.replaceAll('/', ''), 'a'.repeat(255)]) expect(typeof scope.ignores(base, true)).toBe('boolean');
    }, { share: 0.01 });
  });
});

describe('attributes', () => {
  const isValue = (value: unknown, text: string): boolean =>
    typeof value === 'string' ? ['set', 'unset', 'unspecified'].includes(value) : text.includes((value as { value: string }).value);

  test('values are what a line says, and the last line wins', () => {
    fuzz(fc.tuple(hostile(ATTRIBUTES), path, fc.boolean()), ([text, subject, isDirectory]) => {
      const asked = isDirectory ? `${subject}/` : subject;
      const files = [{ dir: '', text }, { dir: subject.split('/')[0]!, text }];
      for (const rules of [AttributeRules.parse(text), AttributeRules.stack(files)]) {
        for (const attribute of ['nogbundle', 'text', 'x'])
          expect(rules.valueOf(attribute, asked)).toSatisfy((value) => isValue(value, text.toString('latin1')));
      }
      const more = Buffer.concat([text, Buffer.from('\n* nogbundle=1\n')]);
      const last = AttributeRules.stack([{ dir: '', text: more }]).valueOf('nogbundle', asked);
      expect(last).toEqual({ value: '1' });
    });
  });

  test('take no more than their time', () => {
    fuzz(fc.tuple(long(ATTRIBUTES), path), ([text, subject]) => {
      expect(AttributeRules.parse(text).valueOf('nogbundle', `${subject}/`)).toSatisfy((value) => isValue(value, text.toString('latin1')));
    }, { share: 0.01 });
  });
});

describe('nogbundles', () => {
  test('what matches is found on the way down', () => {
    fuzz(fc.tuple(hostile(NOGBUNDLES), path), ([text, subject]) => {
      const patterns = NogbundlePatterns.parse(text);
      if (!patterns.matches(subject)) return;
      const names = subject.split('/');
      for (const depth of names.keys()) expect(patterns.canMatchBelow(names.slice(0, depth).join('/'), depth)).toBe(true);
      expect(patterns.isEmpty).toBe(false);
    });
  });

  test('take no more than their time', () => {
    fuzz(fc.tuple(long(NOGBUNDLES), path), ([text, subject]) => {
      const patterns = NogbundlePatterns.parse(text);
      for (const asked of [subject, 'a'.repeat(255)]) expect(typeof patterns.matches(asked)).toBe('boolean');
    }, { share: 0.01 });
  });
});

describe('C quoting', () => {
  test('ends at a quote, and never grows', () => {
    fuzz(hostile(ATTRIBUTES), (bytes) => {
      const text = `"${bytes.toString('latin1')}`;
      const quoted = unquoteC(text);
      if (quoted === null) return;
      expect(text[quoted.end - 1]).toBe('"');
      expect(quoted.text.length).toBeLessThanOrEqual(quoted.end - 2);
    });
  });
});
