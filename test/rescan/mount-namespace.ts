import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { expect } from 'vitest';
import { tempDir } from '../harness/index.js';

/** True where filesystems can be mounted without anybody else noticing. */
export const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;

/**
 * Runs a script with a module, named by its path in src/rescan, and returns what it prints. Shell commands go before, in a
 * directory and a mount namespace of their own.
 * @param script finds the path of the module in `process.argv[1]`, and `parameters` behind it
 */
export function inMountNamespace(name: string, script: string, options: { cwd: string; before?: string; parameters?: string[] }): string {
  const { cwd, before = 'true', parameters = [] } = options;
  const module = path.join(tempDir(), 'module.mjs');
  const entry = path.resolve(import.meta.dirname, `../../src/rescan/${name}.ts`);
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile: module, logLevel: 'error' });
  const args = [
    '-m',
    'sh',
    '-ec',
    `cd ${cwd}; ${before}\nexec "$@"`,
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    module,
    ...parameters,
  ];
  const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trim();
}
