import { runHelper } from '../../util/process/run-helper.js';

/** What `flock --version` of util-linux says; null if there is no such program. */
export function flockVersion(): string | null {
  const flock = runHelper('flock', ['--version']);
  return flock?.status === 0 ? flock.stdout.trim() : null;
}
