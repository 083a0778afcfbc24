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
const STRACE =
  (process.env.PATH ?? '')
    .split(':')
    .map((place) => path.join(place, 'strace'))
    .find((file) => fs.existsSync(file)) ?? 'strace';

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

/** Options of strace that `readCalls` understands. */
const READABLE = ['-y', '-s', '128'];

/**
 * What a program did below `directory`, as `{ call, index, nth, place, nthThere, line }`: `index` counts each call from 1,
 * `nth` those below the directory only, `nthThere` those with the same open file, whose path below the directory is `place`.
 */
function readCalls(log, directory) {
  const [counts, relevant, places] = [new Map(), new Map(), new Map()];
  const calls = [];
  const next = (counter, key) => counter.set(key, (counter.get(key) ?? 0) + 1).get(key);
  for (const line of fs.readFileSync(log, 'latin1').split('\n')) {
    const call = /^(\w+)\(/.exec(line)?.[1];
    if (call === undefined) continue;
    const index = next(counts, call);
    if (!concerns(call, line, directory)) continue;
    const file = /^\w+\(\d+<([^>]*)>/.exec(line)?.[1];
    const place = file?.startsWith(`${directory}/`) ? file.slice(directory.length) : null;
    calls.push({ call, index, nth: next(relevant, call), place, nthThere: next(places, `${call} ${place}`), line });
  }
  return calls;
}

/** The working directory stands in the log, too, as `AT_FDCWD</directory>`. */
function concerns(call, line, directory) {
  const names = line.replace(/AT_FDCWD<[^>]*>/g, '');
  return names.includes(directory) && (call !== 'openat' || names.includes('O_CREAT'));
}

/** Runs a program and returns which of its calls changed something below `directory`: see `readCalls`. */
export async function trace(command, args, { directory, log, options = {} }) {
  const result = await run(STRACE, [...READABLE, '-o', log, '-e', `trace=${CHANGING_CALLS.join(',')}`, command, ...args], options);
  return { result, calls: readCalls(log, directory).filter(({ line }) => !/= -1 E/.test(line)) };
}

/**
 * Runs a program and tries to kill it right before a call that was traced. Node writes to pipes of its own, now more
 * often, now less, so that another call may be hit.
 * @returns whether it was that call, and what to try next otherwise
 */
export async function killAt(command, args, target, { directory, log, options }) {
  const { call, index, nth, place, nthThere } = target;
  // Where files have the same names in each run, other ones need not be counted.
  const isPlaced = call === 'write' && place !== null;
  const [where, when] = isPlaced ? [['-P', `${directory}${place}`], nthThere] : [[], index];
  const inject = [...READABLE, ...where, '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`];
  const { signal } = await run(STRACE, [...inject, command, ...args], options);
  if (isPlaced) return { isHit: signal === 'SIGKILL', next: { ...target, place: null } };
  const calls = readCalls(log, directory);
  const reached = calls.find((one) => one.nth === nth);
  if (reached === undefined) return { isHit: false, next: { ...target, index: index + nth - calls.length } };
  return { isHit: signal === 'SIGKILL' && reached.index === index, next: { ...target, index: reached.index } };
}
