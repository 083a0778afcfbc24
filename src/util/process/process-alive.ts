import { kill } from 'node:process';
import { errnoOf } from '../errors.js';

/** True if a process with this number exists on this host, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
