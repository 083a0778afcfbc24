import type { ByteString } from '../../util/byte-string.js';
import type { ExpectedFile, HashOptions, HashResult } from './hash-file.js';
import { hashDescriptor, withPath } from './hash-file.js';

/** An open file to hash; the thread that opened it closes it. */
export interface HashJob {
  readonly fd: number;
  readonly path: ByteString;
  readonly expected: ExpectedFile;
  readonly place?: ByteString;
}

/** An error as it passes between threads, which would drop the code of a system error. */
export interface HashFailure {
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type HashOutcome = { readonly result: HashResult } | { readonly failure: HashFailure };

const KEPT_PROPERTIES = ['code', 'errno', 'syscall', 'path'];

/** The outcome of a job that failed with `error`. */
export function failureOf(error: unknown, path: ByteString): HashOutcome {
  const named = withPath(error, path);
  if (!(named instanceof Error)) return { failure: { message: String(error), properties: {} } };
  const properties = Object.entries(named).filter(([name]) => KEPT_PROPERTIES.includes(name));
  return { failure: { message: named.message, properties: Object.fromEntries(properties) } };
}

/** The error that a failure was made of. */
export function errorOf(failure: HashFailure): Error {
  return Object.assign(new Error(failure.message), failure.properties);
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
