import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cleanEnvironment } from './environment.js';
import { fsoCommand } from './fso.js';
import { tempDir } from './temp-dir.js';

/** True if system calls can be traced here. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
}

const OPEN = /open(?:at)?\((?:[^",]+, )?"((?:[^"]*\/)?([^"/]+))", ([A-Z_|0-9x]+)[^=]*= \d/;
/** What is held already is opened again through here, to be read. */
const HELD = '/proc/self/fd/';

/**
 * Runs the CLI, which must succeed, and returns the base names of the files that it opened, once for
 * each time; directories are left out. Names must be plain ASCII.
 */
export function opensOf(args: readonly string[], cwd: string): string[] {
  const log = path.join(tempDir(), 'opens');
  const options = { cwd, env: cleanEnvironment(), encoding: 'utf8', timeout: 120_000 } as const;
  const { status, stderr } = spawnSync('strace', ['-f', '-qq', '-e', 'trace=open,openat', '-o', log, ...fsoCommand(), ...args], options);
  if (status !== 0) throw new Error(`git-fso ${args.join(' ')} exited with ${status}:\n${stderr}`);
  const lines = fs.readFileSync(log, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, place, name, flags] = OPEN.exec(line) ?? [];
    return name === undefined || place === HELD || flags?.includes('O_DIRECTORY') === true ? [] : [name];
  });
}
