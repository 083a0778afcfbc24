import type { ByteString } from '../../util/byte-string.js';
import type { PassedError } from '../../util/threads/passed-error.js';
import { passError } from '../../util/threads/passed-error.js';
import type { ExpectedFile, HashOptions, HashResult } from './hash-file.js';
import { hashDescriptor, withPath } from './hash-file.js';

/** An open file to hash; the thread that opened it closes it. */
export interface HashJob {
  readonly fd: number;
  readonly path: ByteString;
  readonly expected: ExpectedFile;
  readonly place?: ByteString;
}

export type HashOutcome = { readonly result: HashResult } | { readonly failure: PassedError };

/** The outcome of a job that failed with `error`. */
export function failureOf(error: unknown, path: ByteString): HashOutcome {
  return { failure: passError(withPath(error, path)) };
}

/** Hashes several files one after the other. */
export function hashBatch(jobs: readonly HashJob[], options: HashOptions): HashOutcome[] {
  return jobs.map(({ fd, path, expected }) => {
    try {
      return { result: hashDescriptor(fd, expected, options) };
    } catch (error) {
      return failureOf(error, path);
    }
  });
}
