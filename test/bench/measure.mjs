// Runs a command and tells what it cost: CPU and wall time in seconds, peak memory in MiB.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const TIME = '/usr/bin/time';
const SAMPLER = path.join(import.meta.dirname, 'sample-memory.mjs');
export const knowsMemory = existsSync(TIME);

/** bash counts the CPU of all that a command starts, in milliseconds; GNU time knows the memory. */
const SCRIPT = `TIMEFORMAT='%3U %3S %3R'; time "$@" 2>&3`;

/**
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, allowed?: readonly number[], output?: string, together?: boolean }} options
 *   `allowed`: exit statuses that are no failure; `output`: a file for what the command prints;
 *   `together`: the memory is that of all processes at a time, and not that of the largest
 * @returns {{ cpu: number, user: number, system: number, wall: number, memory: number | null }}
 */
export function measure(command, { cwd, env, allowed = [0], output = '/dev/null', together = false } = {}) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'measure-'));
  const memoryFile = path.join(scratch, 'memory');
  const errorFile = path.join(scratch, 'stderr');
  const sampler = together ? spawn(process.execPath, [SAMPLER, String(process.pid), memoryFile], { stdio: 'ignore' }) : null;
  const wrapped = knowsMemory && !together ? [TIME, '-o', memoryFile, '-f', '%M', ...command] : command;
  const [stdout, stderr] = [openSync(output, 'w'), openSync(errorFile, 'w')];
  try {
    const { status, stderr: times } = spawnSync('bash', ['--norc', '-c', SCRIPT, 'bash', ...wrapped], {
      cwd, env, encoding: 'utf8', stdio: ['ignore', stdout, 'pipe', stderr],
    });
    if (!allowed.includes(status)) {
      throw new Error(`${command.join(' ')}: exit status ${status}: ${readFileSync(errorFile, 'utf8').slice(0, 2000)}`);
    }
    const [user, system, wall] = times.trim().split(' ').map(Number);
    const memory = existsSync(memoryFile) ? Number(readFileSync(memoryFile, 'utf8').trim().split('\n').at(-1)) / 1024 : null;
    return { cpu: user + system, user, system, wall, memory };
  } finally {
    sampler?.kill();
    closeSync(stdout);
    closeSync(stderr);
    rmSync(scratch, { recursive: true, force: true });
  }
}
