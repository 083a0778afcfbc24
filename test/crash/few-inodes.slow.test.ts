import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../harness/index.js';
import { canMount } from '../rescan/mount-namespace.js';
import { run } from './strace.mjs';

interface Ran {
  readonly status: number;
  readonly output: string;
}

interface Seen {
  readonly state: string;
  readonly damage: readonly string[];
}

interface Result {
  readonly name: string;
  /** Inodes that were left. */
  readonly free: number;
  readonly short: Ran;
  readonly damage: readonly string[];
  readonly again: Ran;
  readonly after: Seen;
  readonly undisturbed: Ran & Seen;
}

describe.skipIf(!canMount)('where hardly any file can be created (needs unshare -m)', () => {
  test('commands that record say so, damage nothing, and record everything when there is room', async () => {
    const worker = path.join(import.meta.dirname, 'few-inodes.mjs');
    const { stdout, stderr, status } = await run('unshare', ['-m', process.execPath, worker, tempDir()], { timeout: 290_000 });
    expect(status, stderr).toBe(0);
    const { results, stray } = JSON.parse(stdout) as { readonly results: readonly Result[]; readonly stray: readonly string[] };
    expect(stray).toEqual([]);
    for (const { name, free, short, damage, again, after, undisturbed } of results) {
      const title = `${name}, ${free} inodes: ${short.output}`;
      expect(undisturbed, title).toMatchObject({ status: 0, damage: [] });
      if (short.status !== 0) expect(short.output, title).toMatch(/^(git-fso|failed \S+): \/\S+: .*no space left on device/im);
      expect(short.output, title).not.toMatch(/unexpected error|^ {4}at /m);
      expect(damage, title).toEqual([]);
      expect(again.status, `${title}, then ${again.output}`).toBe(0);
      expect(after, title).toEqual({ state: undisturbed.state, damage: [] });
    }
    // Each command must have felt it.
    const felt = new Set(results.filter(({ short }) => short.status !== 0).map(({ name }) => name));
    expect(results.filter(({ name }) => !felt.has(name))).toEqual([]);
  }, 300_000);
});
