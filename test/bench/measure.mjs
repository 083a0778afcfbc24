// Runs a command and tells what it cost: CPU and wall time in seconds, peak memory in MiB.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const TIME = '/usr/bin/time';
export const knowsMemory = existsSync(TIME);

/** bash counts the CPU of all that a command starts, in milliseconds; GNU time knows the memory. */
const SCRIPT = `TIMEFORMAT='%3U %3S %3R'; time "$@" 2>&3`;

/**
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, allowed?: readonly number[], output?: string }} options
 *   `allowed`: exit statuses that are no failure; `output`: a file for what the command prints
 * @returns {{ cpu: number, user: number, system: number, wall: number, memory: number | null }}
 */
export function measure(command, { cwd, env, allowed = [0], output = '/dev/null' } = {}) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'measure-'));
  const memoryFile = path.join(scratch, 'memory');
  const errorFile = path.join(scratch, 'stderr');
  const wrapped = knowsMemory ? [TIME, '-o', memoryFile, '-f', '%M', ...command] : command;
  const [stdout, stderr] = [openSync(output, 'w'), openSync(errorFile, 'w')];
  try {
    const { status, stderr: times } = spawnSync('bash', ['--norc', '-c', SCRIPT, 'bash', ...wrapped], {
      cwd, env, encoding: 'utf8', stdio: ['ignore', stdout, 'pipe', stderr],
    });
    if (!allowed.includes(status)) {
      throw new Error(`${command.join(' ')}: exit status ${status}: ${readFileSync(errorFile, 'utf8').slice(0, 2000)}`);
    }
    const [user, system, wall] = times.trim().split(' ').map(Number);
    const memory = knowsMemory ? Number(readFileSync(memoryFile, 'utf8').trim().split('\n').at(-1)) / 1024 : null;
    return { cpu: user + system, user, system, wall, memory };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
    rmSync(scratch, { recursive: true, force: true });
  }
}
