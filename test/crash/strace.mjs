// Runs a program under strace(1), and reads what it did to files.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Calls that change files or directories, or make changes durable. */
export const CHANGING_CALLS = [
  'openat', 'write', 'pwrite64', 'fsync', 'fdatasync', 'rename', 'link', 'symlink', 'unlink', 'unlinkat', 'mkdir', 'rmdir',
  'chmod', 'fchmod', 'chown', 'fchown', 'ftruncate', 'utimensat',
];

// By its path, because programs are run with other PATHs, too.
const STRACE = (process.env.PATH ?? '').split(':').map((place) => path.join(place, 'strace')).find((file) => fs.existsSync(file)) ?? 'strace';

/** Runs a program to its end; never throws because of its exit status. */
export function run(command, args, { cwd = '/', env = process.env, timeout = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, timeout, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/** True if strace works here: it needs ptrace(2), which containers may forbid. */
export async function canTrace() {
  return run(STRACE, ['-o', '/dev/null', 'true']).then(({ status }) => status === 0, () => false);
}

/** Runs a program and returns what it did below `directory`, as `{ call, index, line }`; `index` counts from 1 per call. */
export async function trace(command, args, { directory, log, options = {} }) {
  const result = await run(STRACE, ['-y', '-s', '128', '-o', log, '-e', `trace=${CHANGING_CALLS.join(',')}`, command, ...args], options);
  const counts = new Map();
  const calls = [];
  for (const line of fs.readFileSync(log, 'latin1').split('\n')) {
    const call = /^(\w+)\(/.exec(line)?.[1];
    if (call === undefined) continue;
    const index = (counts.get(call) ?? 0) + 1;
    counts.set(call, index);
    if (changes(call, line, directory)) calls.push({ call, index, line });
  }
  return { result, calls };
}

/** The working directory stands in the log, too, as `AT_FDCWD</directory>`. */
function changes(call, line, directory) {
  const names = line.replace(/AT_FDCWD<[^>]*>/g, '');
  return names.includes(directory) && (call !== 'openat' || names.includes('O_CREAT')) && !/= -1 E/.test(line);
}

/** Runs a program and kills it right before the call that was traced. */
export function killAt(command, args, { call, index }, options) {
  const inject = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${index}`];
  return run(STRACE, [...inject, command, ...args], options);
}
