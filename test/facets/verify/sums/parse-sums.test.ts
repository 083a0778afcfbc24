import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { isBagItManifest, parseSums } from '../../../../src/facets/verify/sums/parse-sums.js';
import { tempDir } from '../../../harness/index.js';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

const parsed = (text: string, isBagIt = false) => parseSums(Buffer.from(text, 'latin1'), isBagIt);

it.each([[[]], [['--tag']], [['--zero']], [['--binary']], [['--tag', '--zero']]])('reads what sha256sum %j writes', (options) => {
  const directory = tempDir();
  const names = ['plain', 'two words', '*star', ' blank', 'new\nline', 'back\\slash', 'paren (1) = x', 'nicht-utf8-\xff'];
  for (const name of names) fs.writeFileSync(Buffer.from(path.join(directory, name), 'latin1'), '');
  const list = execFileSync('sh', ['-c', 'sha256sum "$@" -- *', 'sh', ...options], { cwd: directory });
  const { sums, strange } = parseSums(list, false);
  expect(strange).toEqual([]);
  expect(new Set(sums.map((sum) => sum.path))).toEqual(new Set(names));
  expect(new Set(sums.map(({ algorithm }) => algorithm))).toEqual(new Set(['sha256']));
});

it('reads lists of other algorithms, of BSD and of OpenSSL', () => {
  const text = `${MD5}  a\nMD5 (b) = ${MD5}\nSHA1(c)= ${'0'.repeat(40)}\n# comment\n\n${'F'.repeat(128)} *d\n`;
  expect(parsed(text).sums.map(({ path: name, algorithm }) => `${name} ${algorithm}`)).toEqual(['a md5', 'b md5', 'c sha1', 'd sha512']);
});

it('says which lines are none', () => {
  expect(parsed(`${MD5}  a\nhello\n123  b\n${'0'.repeat(33)}  c\n`)).toMatchObject({ sums: [{ path: 'a' }], strange: [2, 3, 4] });
});

it('takes a carriage return for a part of a name only if not all lines have one', () => {
  expect(parsed(`${MD5}  a\r\n${MD5}  b\r\n`).sums.map((sum) => sum.path)).toEqual(['a', 'b']);
  expect(parsed(`${MD5}  a\r\n${MD5}  b\n`).sums.map((sum) => sum.path)).toEqual(['a\r', 'b']);
});

it('decodes the paths of a BagIt manifest', () => {
  expect(parsed(`${MD5} data/a%0Ab%25c%20d\n${MD5}\t*data/e\n`, true).sums.map((sum) => sum.path)).toEqual(['data/a\nb%c%20d', 'data/e']);
  const names = ['manifest-md5.txt', 'tagmanifest-sha512.txt', 'SHA256SUMS', 'manifest.txt'];
  expect(names.map(isBagItManifest)).toEqual([true, true, false, false]);
});

it('takes a line that is longer than any path for a strange one', () => {
  expect(parsed(`${MD5}  a\n${MD5}  ${'x'.repeat(70_000)}\n`)).toMatchObject({ sums: [{ path: 'a' }], strange: [2] });
});
