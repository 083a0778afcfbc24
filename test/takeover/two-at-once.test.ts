import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { takeOver } from '../../src/shadow/layout/original.js';
import { tempDir } from '../harness/index.js';

/** What another process does right after this one has seen the programs. */
let meanwhile: (() => void) | null = null;

vi.mock(import('node:fs'), async (original) => {
  const actual = await original();
  const existsSync = (file: fs.PathLike): boolean => {
    const isThere = actual.existsSync(file);
    if (isThere && String(file).endsWith('/fso/bin')) {
      const action = meanwhile;
      meanwhile = null;
      action?.();
    }
    return isThere;
  };
  return { ...actual, existsSync };
});

function makeGitDir(): string {
  const gitDir = path.join(tempDir(), '.git');
  fs.mkdirSync(path.join(gitDir, 'fso/bin'), { recursive: true });
  fs.writeFileSync(path.join(gitDir, 'fso/bin/stat-clean'), 'program');
  return gitDir;
}

const aside = (gitDir: string): string => fs.readFileSync(path.join(gitDir, 'fso/bin.aside/stat-clean'), 'utf8');

test('of two that take a repo over at the same time, the slower one keeps what the other has put aside', () => {
  const gitDir = makeGitDir();
  meanwhile = () => expect(takeOver(gitDir)).toBe(true);
  expect(takeOver(gitDir)).toBe(false);
  expect(aside(gitDir)).toBe('program');
});

test('programs that were put aside before make room for newer ones', () => {
  const gitDir = makeGitDir();
  fs.mkdirSync(path.join(gitDir, 'fso/bin.aside'));
  fs.writeFileSync(path.join(gitDir, 'fso/bin.aside/stat-clean'), 'older');
  expect(takeOver(gitDir)).toBe(true);
  expect(aside(gitDir)).toBe('program');
  expect(fs.existsSync(path.join(gitDir, 'fso/bin'))).toBe(false);
});
