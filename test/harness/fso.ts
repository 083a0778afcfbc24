import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cleanEnvironment } from './environment.js';
import type { ProcessResult } from './process.js';
import { runProcess } from './process.js';
import { tempDir } from './temp-dir.js';

const OUR_BIN = path.resolve(import.meta.dirname, '../../bin/git-fso');

export interface FsoOptions {
  readonly cwd: string;
  /** Added to the fixed environment of `cleanEnvironment`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeout?: number;
}

export interface FsoResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The program and leading arguments that run git-fso: the built CLI, or what GIT_FSO_BIN says in the
 * syntax of the shell (absolute paths, or a name on PATH; it may contain blanks).
 */
export function fsoCommand(): readonly [command: string, ...args: string[]] {
  const override = process.env['GIT_FSO_BIN'];
  if (override === undefined || override === '') return [process.execPath, OUR_BIN];
  return ['/bin/sh', '-c', `exec ${override} "$@"`, 'git-fso'];
}

/** A directory for PATH in which `git-fso` is what `fsoCommand` says. */
export function programDirectory(): string {
  const directory = tempDir();
  const [command, ...leading] = fsoCommand().map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  writeFileSync(path.join(directory, 'git-fso'), `#!/bin/sh\nexec ${command} ${leading.join(' ')} "$@"\n`, { mode: 0o755 });
  return directory;
}

/** Runs the CLI to its end and returns what it said; never throws because of the exit status. */
export function fso(args: readonly string[], options: FsoOptions): FsoResult {
  const [command, ...leading] = fsoCommand();
  const { status, stdout, stderr, error } = spawnSync(command, [...leading, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    timeout: options.timeout ?? 120_000,
    encoding: 'utf8',
    input: '',
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Like `fso`, for tests that run several at the same time; output as bytes. */
export function fsoAsync(args: readonly string[], options: FsoOptions): Promise<ProcessResult> {
  const [command, ...leading] = fsoCommand();
  const { cwd, env, timeout = 120_000 } = options;
  return runProcess(command, [...leading, ...args], { cwd, env: cleanEnvironment(env), timeout });
}
