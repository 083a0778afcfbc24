import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { mountDelayed, whyNoFuse } from '../../harness/fuse/delayed-filesystem.mjs';
import { buildTree, cleanEnvironment, fso, fsoCommand, git, tempDir } from '../../harness/index.js';

const reason = whyNoFuse();
if (reason !== null) console.warn(`filesystems with delay are not tested: ${reason}`);

/** A tree, and the same as a filesystem that is far away, in the beginning without delay. */
function makeFarAway() {
  const near = buildTree(
    path.join(tempDir(), 'near'),
    Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`a${i % 5}/d${i % 100}/file-${i}`, { sparse: i }])),
  );
  const far = mountDelayed(near, tempDir());
  onTestFinished(() => far.unmount());
  return { near, far };
}

function makeShadow(real: string): string {
  const shadow = path.join(tempDir(), 'shadow');
  fs.mkdirSync(shadow);
  expect(fso(['init', '--enter-subdirs', '--observe', real], { cwd: shadow }).status).toBe(0);
  return shadow;
}

describe.skipIf(reason !== null)('a filesystem that is far away (needs root, gcc and libfuse3)', () => {
  test('is read with many calls at a time, and recorded as if it were near', () => {
    const { near, far } = makeFarAway();
    const [there, here] = [makeShadow(far.at), makeShadow(near)];
    expect(fso(['stat'], { cwd: here }).status).toBe(0);
    far.most();
    far.delay(2000);
    expect(fso(['stat'], { cwd: there }).status).toBe(0);
    expect(far.most()).toBeGreaterThan(16);
    const records = (shadow: string): string => git(['ls-tree', '-r', 'master-stat', 'a0', 'a1', 'a2', 'a3', 'a4'], shadow);
    expect(records(there)).toBe(records(here));
  });

  test('that does not answer any more does not keep a run from ending: the first signal cancels it, the second one ends it', async () => {
    const { far } = makeFarAway();
    const shadow = makeShadow(far.at);
    far.delay(2000);
    const [program, ...args] = fsoCommand();
    const child = spawn(program as string, [...args, 'stat'], { cwd: shadow, env: cleanEnvironment(), stdio: 'ignore' });
    const ended = once(child, 'exit');
    const before = far.questions();
    await vi.waitFor(() => expect(far.questions()).toBeGreaterThan(before + 800), { timeout: 30_000, interval: 5 });
    far.delay(-1);
    await sleep(500);
    child.kill('SIGTERM');
    await sleep(1000);
    child.kill('SIGTERM');
    // Threads that FUSE keeps in the kernel go when it answers; the program itself is dead.
    await vi.waitFor(() => expect(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')).toMatch(/^State:\tZ/m), { timeout: 10_000 });
    far.delay(0);
    expect(await ended).toEqual([null, 'SIGTERM']);
  }, 60_000);
});
