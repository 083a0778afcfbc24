import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { git, tempDir } from '../harness/index.js';
import type { Signature } from '../../src/git/commits/signature.js';

/** Somebody at a fixed time. */
export const WHO: Signature = { name: 'A U Thor', email: 'author@example.com', seconds: 1_500_000_000, timezone: '+0200' };

export interface TestRepository {
  /** Work tree. */
  readonly dir: string;
  /** The `.git` directory; an ASCII path, hence also a byte string. */
  readonly gitDir: string;
}

/** A new repository made by `git init`. */
export function newRepository(): TestRepository {
  const dir = tempDir();
  git(['init', '-q', '-b', 'master', '.'], dir);
  return { dir, gitDir: path.join(dir, '.git') };
}

/** Git's own verdict: fails if `git fsck` has anything to say. */
export function expectCleanFsck(dir: string): void {
  expect(git(['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], dir)).toBe('');
}

/**
 * Makes one runnable file from a TypeScript program given as text, which may import from `src/` as `./`,
 * for tests that need processes of their own.
 */
export async function bundleProgram(source: string): Promise<string> {
  const file = path.join(tempDir(), 'program.mjs');
  const resolveDir = path.resolve(import.meta.dirname, '../../src');
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await build({
    stdin: { contents: source, resolveDir, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
    banner,
  });
  return file;
}

/** The files below a directory whose names match. */
export function filesBelow(dir: string, pattern: RegExp): string[] {
  return fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => pattern.test(file));
}
