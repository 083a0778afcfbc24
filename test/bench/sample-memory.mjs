// sample-memory PID FILE: keeps in FILE the most memory, in KiB, that all processes below PID have had together, until it is ended. What
// they share is counted once, by whoever has most of it.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const EVERY_MS = 50;
const [root, file] = process.argv.slice(2);

/** Text of a file of a process; empty if that has ended. */
function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const isOurs = (pid) => pid === String(process.pid);

function processesBelow() {
  const childrenOf = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !isOurs(name))) {
    const parent = / \S (\d+) /.exec(read(pid, 'stat').replace(/^.*\)/, ''))?.[1];
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const below = [root];
  for (const pid of below) below.push(...(childrenOf.get(pid) ?? []));
  return below.slice(1);
}

/** Memory of a process in KiB, that which it has alone or that which it shares. */
function kibibytes(pid, kind) {
  const lines = read(pid, 'smaps_rollup').matchAll(new RegExp(`^${kind}_(?:Clean|Dirty):\\s+(\\d+) kB$`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

for (let most = 0; ; await setTimeout(EVERY_MS)) {
  const pids = processesBelow();
  const own = pids.reduce((sum, pid) => sum + kibibytes(pid, 'Private'), 0);
  const now = own + Math.max(0, ...pids.map((pid) => kibibytes(pid, 'Shared')));
  if (now <= most) continue;
  most = now;
  writeFileSync(`${file}.new`, String(most));
  renameSync(`${file}.new`, file);
}
