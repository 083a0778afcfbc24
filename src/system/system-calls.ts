import type { Koffi } from './koffi.js';
import { loadKoffi } from './koffi.js';

/**
 * System calls that Node does not have, or has slower. As in C they take addresses, which nobody checks: only those of an `OwnMemory`
 * that is referenced until the call returns, with as many bytes behind them as the call may write. They return a negative number
 * where they fail; `errno` tells why, if it is asked at once: any other call, of Node's too, may change it. All descriptors that
 * these calls open are to be closed by `close` from here, since Node keeps count of its own.
 */
export interface SystemCalls {
  close(fd: number): number;
  /** getdents64(2): entries of an open directory, as many as fit; returns how many bytes were written, 0 at the end. */
  getdents64(fd: number, entries: number, bytes: number): number;
  /** Returns the offset. */
  lseek(fd: number, offset: number, whence: number): number;
  openat(directory: number, path: number, flags: number): number;
  /** statx(2), writes `STATX_BYTES`. */
  statx(directory: number, path: number, flags: number, mask: number, status: number): number;
  /** The number of the error that the call before has met. */
  errno(): number;
  /** The address of memory that V8 does not move. */
  address(bytes: Uint8Array): bigint;
}

/** Bytes that statx(2) writes, on all architectures. */
export const STATX_BYTES = 256;

let known: SystemCalls | null | undefined;

/**
 * The system calls; null where koffi cannot be loaded, or libc lacks one: then there must be another way. The first call takes some
 * milliseconds.
 */
export function systemCalls(): SystemCalls | null {
  if (known === undefined) {
    const koffi = loadKoffi();
    known = koffi && declare(koffi);
  }
  return known;
}

function declare(koffi: Koffi): SystemCalls | null {
  try {
    const libc = koffi.load(null);
    return {
      close: libc.func('close', 'int', ['int']),
      getdents64: libc.func('getdents64', 'intptr_t', ['int', 'intptr_t', 'size_t']),
      lseek: libc.func('lseek', 'intptr_t', ['int', 'intptr_t', 'int']),
      openat: libc.func('openat', 'int', ['int', 'intptr_t', 'int']),
      statx: libc.func('statx', 'int', ['int', 'intptr_t', 'int', 'uint', 'intptr_t']),
      errno: () => koffi.errno(),
      address: (bytes) => koffi.address(bytes),
    };
  } catch {
    return null;
  }
}
