import fs from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { inspectRepo } from '../../src/realdir/nested-git/nested-repo.js';
import { BY_HAND } from '../../src/realdir/reach/reach.js';
import { findPackedRef } from '../../src/realdir/nested-git/packed-refs.js';
import { tempDir } from '../harness/index.js';
import { fuzz } from './fuzz.js';
import { hostile, long } from './inputs.js';
import type { Language } from './inputs.js';

const ID = '0123456789abcdef0123456789abcdef01234567';
const LONG_ID = ID + '0'.repeat(24);

const GIT_FILE: Language = {
  words: ['gitdir: ', 'gitdir:', 'real', '/', '..', '\n', '\r', '\0', ' ', 'a'.repeat(300), '\xff'],
  valid: ['gitdir: real\n', 'gitdir: ./real/../real', 'gitdir: /proc/self\n'],
};
const REFS: Language = {
  words: [
    'ref: ',
    'ref:',
    'refs/heads/x',
    'refs/',
    'HEAD',
    ID,
    LONG_ID,
    '0'.repeat(40),
    '\n',
    ' ',
    '\t',
    '\0',
    '\r',
    '..',
    '/',
    '^',
    '#',
    '\xff',
  ],
  valid: [
    'ref: refs/heads/x\n',
    `${ID}\n`,
    `${LONG_ID}\n`,
    `# pack-refs with: peeled\n${ID} refs/heads/x\n^${ID}\n${LONG_ID} refs/heads/y\n`,
  ],
};
const CONFIG: Language = {
  words: [
    '[core]',
    '[extensions]',
    'repositoryformatversion',
    'objectformat',
    'refstorage',
    ' = ',
    '=',
    '0',
    '1',
    'sha1',
    'sha256',
    'reftable',
    '\n',
    '"',
    '\\',
    '#',
    'worktreeconfig',
    '__proto__',
    'constructor',
  ],
  valid: [
    '[core]\n\trepositoryformatversion = 0\n',
    '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n\tworktreeconfig\n',
  ],
};

function makeRepo(): string {
  const dir = tempDir();
  for (const part of ['real/objects', 'real/refs/heads']) fs.mkdirSync(`${dir}/${part}`, { recursive: true });
  return dir;
}

describe('nested repositories', () => {
  const file = (language: Language) => fc.option(hostile(language), { freq: 3 });
  const put = (path: string, content: Buffer | null): void =>
    content === null ? fs.rmSync(path, { force: true }) : fs.writeFileSync(path, content);

  test('have a commit id, or none, whatever their files contain', () => {
    const dir = makeRepo();
    fuzz(
      fc.tuple(file(GIT_FILE), file(REFS), file(REFS), file(REFS), file(CONFIG), file(GIT_FILE)),
      ([dotGit, head, loose, packed, config, commondir]) => {
        put(`${dir}/.git`, dotGit ?? Buffer.from('gitdir: real\n'));
        put(`${dir}/real/HEAD`, head ?? Buffer.from('ref: refs/heads/x\n'));
        put(`${dir}/real/refs/heads/x`, loose);
        put(`${dir}/real/packed-refs`, packed);
        put(`${dir}/real/config`, config);
        put(`${dir}/real/commondir`, commondir);
        const repo = inspectRepo(dir, { realdir: dir, bounds: BY_HAND });
        if (repo.isRepo && repo.head !== null) expect(repo.head).toMatch(/^(?=.*[1-9a-f])(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
        if (repo.isRepo && repo.warning !== undefined) expect(repo.head).toBeNull();
      },
    );
  });

  test('take no more than their time', () => {
    const dir = makeRepo();
    fuzz(fc.tuple(long(REFS), long(CONFIG)), ([refs, config]) => {
      put(`${dir}/.git`, Buffer.from('gitdir: real\n'));
      put(`${dir}/real/HEAD`, Buffer.from('ref: refs/heads/x\n'));
      put(`${dir}/real/packed-refs`, refs);
      put(`${dir}/real/config`, config);
      expect(inspectRepo(dir, { realdir: dir, bounds: BY_HAND }).isRepo).toBe(true);
    }, { share: 0.01 });
  });
});

describe('packed refs', () => {
  let fd: number | null = null;

  afterEach(() => {
    if (fd !== null) fs.closeSync(fd);
    fd = null;
  });

  /** The same by lines. */
  function findByLine(content: Buffer, name: string): string | null {
    const text = content.toString('latin1');
    const lines = text.split('\n').slice(0, -1).map((line) => /^([0-9a-f]{40}|[0-9a-f]{64}) (.*)$/is.exec(line));
    const found = lines.find((match) => match?.[2] === name);
    return found?.[1]?.toLowerCase() ?? null;
  }

  test('are found where their line is, in any part of the file', () => {
    const path = `${tempDir()}/packed-refs`;
    fs.writeFileSync(path, '');
    const file = (fd = fs.openSync(path, 'r'));
    fuzz(fc.tuple(hostile(REFS), fc.constantFrom('refs/heads/x', 'refs/')), ([content, name]) => {
      fs.writeFileSync(path, content);
      const found = findPackedRef(file, name, 1 << 20);
      if (found === null || typeof found === 'string') expect(found).toBe(findByLine(content, name));
      else expect(found.flaw).toBe(content.at(-1) === 0x0a ? 'too long' : 'damaged');
    });
    // Around the place where one piece ends and the next one starts.
    fuzz(fc.tuple(hostile(REFS), fc.integer({ min: -200, max: 10 })), ([content, shift]) => {
      const padding = Buffer.alloc((1 << 20) + shift, 'x');
      const whole = Buffer.concat([padding, content, Buffer.from('\n')]);
      fs.writeFileSync(path, whole);
      expect(findPackedRef(file, 'refs/heads/x', 1 << 22)).toBe(findByLine(whole, 'refs/heads/x'));
    }, { share: 0.02 });
  });
});
