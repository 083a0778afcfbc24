import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { unlessErrno } from '../errors.js';
import { isRunning } from './process-alive.js';

/** Names one process for good: its number alone is given to others when it has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Tells hosts of one name apart, as far as they have a machine-id(5); empty, or missing in files of older versions, if not. */
  readonly machine?: string;
  /** The boot of the machine, and the space in which the pid counts; empty where there is no /proc. */
  readonly boot: string;
  readonly namespace: string;
  /** When the process started, in clock ticks since the boot; empty where there is no /proc. */
  readonly started: string;
}

/** True for what a file says that was written by a git-fso process and has not been damaged. */
export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, machine = '', boot, namespace, started } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  return Number.isSafeInteger(pid) && [host, machine, boot, namespace, started].every((text) => typeof text === 'string');
}

let own: ProcessIdentity | null = null;

/** This process. */
export function ownProcess(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    host: hostname(),
    machine: machineName(),
    boot: readProc('sys/kernel/random/boot_id').trim(),
    namespace: unlessErrno(['ENOENT', 'EACCES'], '', () => readlinkSync('/proc/self/ns/pid')),
    started: startOf(process.pid),
  };
  return own;
}

/**
 * False if the process is known to have ended. One on another host, or in another container, cannot
 * be seen from here: it counts as alive.
 */
export function mayBeAlive({ pid, host, machine, boot, namespace, started }: ProcessIdentity): boolean {
  const self = ownProcess();
  if (host !== self.host || (machine ?? self.machine) !== self.machine || namespace !== self.namespace) return true;
  if (boot !== self.boot) return false;
  if (self.started !== '') return startOf(pid) === started;
  return isRunning(pid);
}

/** The id itself is nobody's business: machine-id(5) asks for a hash. */
function machineName(): string {
  const id = unlessErrno(['ENOENT', 'EACCES'], '', () => readFileSync('/etc/machine-id', 'latin1')).trim();
  return id === '' ? '' : createHash('sha256').update(`git-fso ${id}`).digest('hex').slice(0, 16);
}

/** From `/proc/<pid>/stat` (proc(5)); empty if the process is gone, or has ended and waits for its parent. */
function startOf(pid: number): string {
  const stat = readProc(`${pid}/stat`);
  // The name of the program comes second, in parentheses, and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? '' : (fields[19] ?? '');
}

function readProc(name: string): string {
  return unlessErrno(['ENOENT', 'ESRCH', 'EACCES'], '', () => readFileSync(`/proc/${name}`, 'latin1'));
}
