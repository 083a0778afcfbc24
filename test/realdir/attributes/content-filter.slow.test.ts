import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../../src/realdir/attributes/attributes.js';
import { contentAttributes, convertToGit } from '../../../src/realdir/attributes/content-filter.js';
import { cleanEnvironment, git, gitBuffer, tempDir } from '../../harness/index.js';

type Attributes = Readonly<Record<string, AttributeValue>>;

interface Case {
  readonly attributes: Attributes;
  readonly content: Buffer;
  readonly recorded: Buffer | null;
}

let repo: string;

function newRepo(): void {
  repo = tempDir();
  git(['init', '--quiet'], repo);
  git(['config', 'core.autocrlf', 'false'], repo);
}
beforeEach(newRepo);

const valuesOf = (attributes: Attributes) => contentAttributes((name) => attributes[name] ?? 'unspecified');

function attributeLine(pattern: string, attributes: Attributes): string {
  const words = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'object') return `${name}=${value.value}`;
    return { set: name, unset: `-${name}`, unspecified: `!${name}` }[value];
  });
  return `${pattern} ${words.join(' ')}\n`;
}

/** What is stored when `recorded` is added without attributes and then `content` with them. */
function askGit(cases: readonly Case[]): Buffer[] {
  const nameOf = (n: number) => `f${n}`;
  const add = (pick: (one: Case) => Buffer | null) => {
    for (const [n, one] of cases.entries()) {
      const content = pick(one);
      if (content !== null) fs.writeFileSync(path.join(repo, nameOf(n)), content);
    }
    git(['add', '--all'], repo);
  };
  add(({ recorded }) => recorded);
  fs.writeFileSync(path.join(repo, '.gitattributes'), cases.map(({ attributes }, n) => attributeLine(nameOf(n), attributes)).join(''));
  // Another length or time, so that Git looks at each file again.
  for (const name of fs.readdirSync(repo)) if (name !== '.git') fs.utimesSync(path.join(repo, name), 1, 1);
  add(({ content }) => content);
  return cases.map((_, n) => gitBuffer(['cat-file', 'blob', `:${nameOf(n)}`], repo));
}

const value = (...strings: string[]) => fc.oneof(
  fc.constantFrom<AttributeValue>('set', 'unset', 'unspecified'),
  fc.constantFrom(...strings).map((text): AttributeValue => ({ value: text })),
);
const attributes = fc.record(
  {
    text: value('auto', 'auto', 'auto', 'input', 'x'),
    crlf: value('input', 'auto', 'x'),
    eol: value('lf', 'crlf', 'x'),
    ident: value('x'),
  },
  { requiredKeys: [] },
);
const chunk = fc.constantFrom(
  'text',
  'a line\n',
  'a line\r\n',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\x1a',
  '\x7f',
  '\x01',
  '\t\b\f\x1b',
  '\xe9',
  '$Id$',
  '$Id: 123 $',
  '$Id: a\n$',
  '$Id:$',
  '$Id',
  '$',
  'Id: x$',
  'x'.repeat(127),
  'x'.repeat(128),
);
const content = fc.array(chunk, { maxLength: 8 }).map((chunks) => Buffer.from(chunks.join(''), 'latin1'));
const someCase: fc.Arbitrary<Case> = fc.record({ attributes, content, recorded: fc.option(content, { freq: 2 }) });

const auto: Attributes = { text: { value: 'auto' } };
const knownCases: readonly Case[] = [
  // What is stored with CRLF keeps them, unless it is no text.
  { attributes: auto, content: Buffer.from('new\r\n'), recorded: Buffer.from('old\r\n') },
  { attributes: auto, content: Buffer.from('new\r\n'), recorded: Buffer.from('old\n') },
  { attributes: auto, content: Buffer.from('new\r\n'), recorded: Buffer.from('old\r\n\0') },
  { attributes: { text: 'set' }, content: Buffer.from('new\r\n'), recorded: Buffer.from('old\r\n') },
  // A last Ctrl-Z is no reason to take a file for binary; one elsewhere is.
  { attributes: auto, content: Buffer.from('dos\r\n\x1a'), recorded: null },
  { attributes: auto, content: Buffer.from('dos\x1a\r\n'), recorded: null },
];

describe('convertToGit stores what git add stores', () => {
  test('line endings and $Id$', () => {
    fc.assert(
      fc.property(fc.array(someCase, { minLength: 50, maxLength: 50 }), (random) => {
        newRepo();
        const cases = [...knownCases, ...random];
        const ours = cases.map((one) => convertToGit(one.content, valuesOf(one.attributes), one.recorded).bytes);
        const theirs = askGit(cases);
        for (const [n, one] of cases.entries()) expect([one, ours[n]?.toString('latin1')]).toEqual([one, theirs[n]?.toString('latin1')]);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  const utf16 = (text: string, mark = '') => Buffer.from(mark + text, 'utf16le');
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const utf32 = (...codes: number[]) => Buffer.concat(codes.map((code) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(code);
    return bytes;
  }));
  const allBytes = (from: number, to: number) => Buffer.from(Array.from({ length: to - from }, (_, i) => from + i));
  const text = 'Grüße 😀\r\n$Id: x $\n';
  const BOM = '\ufeff';

  const declare = (encoding: string): Attributes => ({ text: 'set', ident: 'set', 'working-tree-encoding': { value: encoding } });
  const addToGit = (encoding: string, bytes: Buffer): Buffer | null => {
    fs.writeFileSync(path.join(repo, '.gitattributes'), attributeLine('f', declare(encoding)));
    fs.writeFileSync(path.join(repo, 'f'), bytes);
    const added = spawnSync('git', ['add', 'f'], { cwd: repo, env: cleanEnvironment() }).status === 0;
    return added ? gitBuffer(['cat-file', 'blob', ':f'], repo) : null;
  };

  test.each<[string, Buffer]>([
    ['UTF-16', utf16(text, BOM)],
    ['utf16', swapped(utf16(text, BOM))],
    ['UTF-16', utf16(`a${BOM}b`, BOM)],
    ['UTF-16', Buffer.alloc(0)],
    ['UTF-16LE', utf16(text)],
    ['UTF-16BE', swapped(utf16(text))],
    ['UTF-16LE-BOM', utf16(text, BOM)],
    ['UTF-16LE-BOM', utf16(text)],
    ['UTF-16LE-BOM', swapped(utf16(text, BOM))],
    ['UTF-32', utf32(0xfeff, 0x41, 0x1f600)],
    ['UTF-32LE', utf32(0x41, 0xe9)],
    ['UTF-32BE', utf32(0x41).reverse()],
    ['UTF-8', Buffer.from(text)],
    ['utf8', Buffer.from('\xff', 'latin1')],
    ['UTF-8', Buffer.from(BOM + text)],
    ['ISO-8859-1', allBytes(1, 256)],
    ['latin1', allBytes(128, 256)],
    ['ISO-8859-15', allBytes(1, 256)],
    ['iso8859-2', allBytes(1, 256)],
    ['ISO_8859-5', allBytes(1, 256)],
    ['ISO-8859-7', allBytes(160, 174)],
    ['KOI8-R', allBytes(1, 256)],
    ['windows-1252', allBytes(0x91, 0x9d)],
    ['CP1252', Buffer.from('\x80\x9f\xff ', 'latin1')],
    ['US-ASCII', Buffer.from('ascii')],
  ])('working-tree-encoding=%s', (encoding, bytes) => {
    const { bytes: stored, warning } = convertToGit(bytes, valuesOf(declare(encoding)));
    expect(warning).toBeUndefined();
    expect(stored.toString('latin1')).toBe(addToGit(encoding, bytes)?.toString('latin1'));
  });

  test.each<[string, Buffer]>([
    ['UTF-16', utf16(text)],
    ['UTF-16', Buffer.from('x')],
    ['UTF-16LE', utf16(text, BOM)],
    ['UTF-16LE', swapped(utf16(text, BOM))],
    ['UTF-16LE', utf16('\ud800x')],
    ['UTF-16BE', utf16(text, BOM)],
    ['UTF-16LE', Buffer.concat([utf16(text), Buffer.from('x')])],
    ['UTF-32', utf32(0x41)],
    ['UTF-32LE', utf32(0xfeff, 0x41)],
    ['UTF-32LE', utf32(0xd800)],
    ['UTF-32LE', utf32(0x110000)],
    ['UTF-32LE', Buffer.from('abc')],
    ['ISO-8859-7', allBytes(174, 175)],
    ['CP1252', Buffer.from('\x81', 'latin1')],
    ['ASCII', Buffer.from('\x80', 'latin1')],
    ['no-such-encoding', Buffer.from('x\r\n')],
  ])('what Git refuses as %s is taken as it is', (encoding, bytes) => {
    expect(addToGit(encoding, bytes)).toBeNull();
    const undeclared = convertToGit(bytes, valuesOf({ text: 'set', ident: 'set' }));
    expect(convertToGit(bytes, valuesOf(declare(encoding)))).toEqual({ ...undeclared, warning: expect.stringContaining(encoding) });
  });

  test('an encoding that only Git knows is left alone', () => {
    const bytes = Buffer.from('\x82\xa0', 'latin1');
    expect(convertToGit(bytes, valuesOf(declare('SHIFT-JIS')))).toEqual({ bytes, warning: expect.stringContaining('SHIFT-JIS') });
  });

  test('an encoding that is only set or unset', () => {
    for (const only of ['set', 'unset'] as const) {
      expect(convertToGit(Buffer.from('a\r\n'), valuesOf({ text: 'set', 'working-tree-encoding': only }))).toEqual({
        bytes: Buffer.from('a\n'),
        warning: expect.stringContaining('no value'),
      });
    }
  });
});

test('hostile contents take no longer than others', () => {
  const started = performance.now();
  for (const piece of ['$Id:', '$', '\r', '\r\n', '$Id: \n']) {
    convertToGit(Buffer.alloc(4 << 20, piece), valuesOf({ text: { value: 'auto' }, ident: 'set' }));
  }
  expect(performance.now() - started).toBeLessThan(5000);
});
