import { spawnSync } from 'node:child_process';

/** What `flock --version` of util-linux says; null if there is no such program. */
export function flockVersion(): string | null {
  const { status, stdout } = spawnSync('flock', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : null;
}
