import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProcessResult } from './harness/index.js';
import { cleanEnvironment, runProcess, tempDir } from './harness/index.js';

const ROOT = path.resolve(import.meta.dirname, '..');
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|E40[13]/;
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts'];
const INSTALL_TIMEOUT_MS = 180_000;

function npm(...args: string[]): Promise<ProcessResult> {
  return runProcess('npm', [...args, ...NPM_OPTIONS], { cwd: ROOT, env: process.env, timeout: INSTALL_TIMEOUT_MS });
}

describe('the package', () => {
  test('installs into an empty prefix and runs as `git fso`', { timeout: 2 * INSTALL_TIMEOUT_MS }, async ({ skip }) => {
    const dir = tempDir();
    const packed = await npm('pack', '--json', '--pack-destination', dir);
    expect(packed.status, packed.stderr.toString()).toBe(0);
    const [{ filename, version, files }] = JSON.parse(packed.stdout.toString()) as [
      { filename: string; version: string; files: { path: string }[] },
    ];
    const names = files.map((file) => file.path);
    expect(names).toEqual(expect.arrayContaining(['bin/git-fso', 'dist/cli/bundle.js', 'dist/index.d.ts', 'LICENSE', 'CHANGELOG.md']));
    expect(names.filter((name) => /^(src|test|fixtures|node_modules)\//.test(name))).toEqual([]);

    const prefix = path.join(dir, 'prefix');
    fs.mkdirSync(prefix);
    const installed = await npm('install', '--global', '--prefix', prefix, '--prefer-offline', path.join(dir, filename));
    const problem = installed.stderr.toString();
    skip(installed.status !== 0 && UNREACHABLE.test(problem), 'the registry cannot be reached');
    expect(installed.status, problem).toBe(0);

    const env = cleanEnvironment({ PATH: `${path.join(prefix, 'bin')}:${process.env['PATH']}` });
    const asked = await runProcess('git', ['fso', '--version'], { cwd: dir, env });
    expect(asked.stderr.toString()).toBe('');
    expect(asked.stdout.toString()).toBe(`git-fso ${version}\n`);
    const helped = await runProcess('git-fso', ['--help'], { cwd: dir, env });
    expect(helped.stdout.toString()).toContain('rescan');
    expect(helped.status).toBe(0);

    const library = path.join(prefix, 'lib/node_modules/git-fso/dist/index.js');
    const imported = await runProcess(process.execPath, ['-e', `import(${JSON.stringify(library)})`], { cwd: dir, env });
    expect(imported.status, imported.stderr.toString()).toBe(0);
  });
});
