import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

const created: string[] = [];

/** Removes a directory although directories in it may have lost their permissions. */
export function removeTree(dir: string): void {
  try {
    fs.rmSync(dir, { recursive: true, force: true });
  } catch {
    openUp(Buffer.from(dir));
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

function openUp(dir: Buffer): void {
  fs.chmodSync(dir, 0o700);
  for (const entry of fs.readdirSync(dir, { encoding: 'buffer', withFileTypes: true })) {
    if (entry.isDirectory()) openUp(Buffer.concat([dir, Buffer.from('/'), entry.name]));
  }
}

/**
 * A new empty directory with a canonical absolute path. It is removed when the test file ends;
 * call this from tests and hooks of a test file only.
 */
export function tempDir(prefix = 'git-fso-test-'): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));
  created.push(dir);
  return dir;
}

afterAll(() => {
  for (const dir of created.splice(0)) removeTree(dir);
});
