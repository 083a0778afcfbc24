import { lstatSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { geteuid } from 'node:process';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** Kernel clocks tick every 10 ms at most; twice that is on the safe side. */
const TICK_MS = 20;
const ATTEMPTS = 5;
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

const ROOT = 0n;

/** What is at a path is no symbolic link that may be followed. */
export type Distrust = 'foreign' | 'changing';

function look(path: ByteString): BigIntStats | undefined {
  return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
}

function isSettled({ ctimeMs }: BigIntStats): boolean {
  return Math.abs(Date.now() - Number(ctimeMs)) >= TICK_MS;
}

/**
 * The target of a symbolic link that root or whoever runs this owns: like the kernel's `protected_symlinks`,
 * proc(5), everywhere. Node cannot read a link that it holds, so its change time, which a rename renews, must
 * be the same before and after, and old enough to tell.
 * @returns null if there is no link (any more)
 * @throws system errors
 */
export function trustedTarget(path: ByteString): { readonly target: ByteString } | Distrust | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = look(path);
    if (before?.isSymbolicLink() !== true) return null;
    if (before.uid !== ROOT && before.uid !== BigInt(geteuid?.() ?? 0)) return 'foreign';
    if (!isSettled(before)) {
      Atomics.wait(NEVER_NOTIFIED, 0, 0, TICK_MS);
      continue;
    }
    const target = unlessErrno(['EINVAL', 'ENOENT'], null, () => readlinkSync(fsPath(path), 'latin1'));
    if (target === null) continue;
    const after = look(path);
    if (after?.ino === before.ino && after.dev === before.dev && after.ctimeNs === before.ctimeNs) return { target };
  }
  return 'changing';
}
