import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../harness/index.js';
import { run } from './strace.mjs';

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface State {
  readonly refs: string;
  readonly fsck: string;
}

interface Result {
  readonly name: string;
  readonly kind: 'full' | 'read-only';
  readonly pages: number | null;
  readonly before: State;
  readonly full: Outcome;
  readonly during: State;
  readonly again: Outcome;
  readonly check: string;
  readonly after: State;
  readonly reading?: readonly Outcome[];
}

// Root mounts in a namespace of its own; others become root in one, where that is allowed.
const NAMESPACE = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
const canMount = await run('unshare', [...NAMESPACE, 'mount', '-t', 'tmpfs', 'none', '/mnt']).then(
  ({ status }) => status === 0,
  () => false,
);

describe.skipIf(!canMount)('on a disk that cannot be written (needs unshare -m)', () => {
  test('commands fail cleanly, lose nothing, and work again when they can', async () => {
    const worker = path.join(import.meta.dirname, 'small-disk.mjs');
    const { stdout, stderr, status } = await run('unshare', [...NAMESPACE, process.execPath, worker, tempDir()], { timeout: 170_000 });
    expect(status, stderr).toBe(0);
    const results = JSON.parse(stdout) as Result[];
    for (const { name, kind, pages, before, full, during, again, check, after, reading = [] } of results) {
      const title = `${name}, ${kind} ${pages ?? ''}: ${full.stderr}`;
      if (full.status !== 0) {
        expect(full.status, title).toBe(1);
        const reason = kind === 'full' ? '(no space left on device|out of diskspace)' : 'read-only file system';
        expect(full.stderr, title).toMatch(new RegExp(`^git-fso: /\\S+: .*${reason}`, 'is'));
      }
      expect(during.fsck, title).toBe('');
      if (full.status !== 0 && name !== 'reinit') expect(during.refs, title).toBe(before.refs);
      expect([again.status, again.stderr], title).toEqual([0, '']);
      expect(after.fsck, title).toBe('');
      if (check !== '') expect(check, title).toBe('no errors found\n');
      for (const outcome of reading) expect([outcome.status, outcome.stderr], title).toEqual([0, '']);
    }
    // The full disk must have been felt by each command, and the read-only one by all.
    for (const name of new Set(results.map((result) => result.name))) {
      expect(results.some((result) => result.name === name && result.kind === 'full' && result.full.status === 1), name).toBe(true);
      expect(results.find((result) => result.name === name && result.kind === 'read-only')?.full.status, name).toBe(1);
    }
  }, 180_000);
});
