import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import type { ByteString } from '../byte-string.js';
import { findProgram, programPath } from './programs.js';

/** The environment of programs that only answer a question: none but the search path, so that what they say can be read. */
export function helperEnvironment(): Readonly<Record<string, string>> {
  return { PATH: programPath(), LC_ALL: 'C' };
}

/**
 * Runs a program of the system that answers a question, by its absolute path, in the directory `/`.
 * @param descriptor an open file that the program gets as descriptor 3
 * @param timeout after which it is ended, in milliseconds; 0 for none
 * @returns null if there is no such program; else what `spawnSync` says, with bytes as output
 */
export function runHelper(name: string, args: readonly string[], descriptor?: number, timeout = 0): SpawnSyncReturns<ByteString> | null {
  const program = findProgram(name);
  if (program === null) return null;
  return spawnSync(program, args, {
    cwd: '/',
    env: helperEnvironment(),
    encoding: 'latin1',
    timeout,
    stdio: ['ignore', 'pipe', 'pipe', ...(descriptor === undefined ? [] : [descriptor])],
  });
}
