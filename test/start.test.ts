import type { SpawnSyncReturns } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, tempDir } from './harness/index.js';

interface LoadBundle {
  codeCachePath(bundle: string, purpose?: string): string;
  loadBundle(bundle: string, purpose?: string): { isCached: boolean };
  purposeOf(command?: string): string;
}

const ROOT = path.resolve(import.meta.dirname, '..');
const { codeCachePath, loadBundle, purposeOf } = createRequire(import.meta.url)('../bin/load-bundle.cjs') as LoadBundle;

/** A copy of what is installed for the command line, elsewhere. */
function copied(): { bundle: string; cache: string; compile: (env?: NodeJS.ProcessEnv) => SpawnSyncReturns<string>; help: () => string } {
  const top = tempDir();
  for (const part of ['bin', 'dist/cli', 'package.json']) cpSync(path.join(ROOT, part), path.join(top, part), { recursive: true });
  const bundle = path.join(top, 'dist/cli/bundle.cjs');
  const compile = (env?: NodeJS.ProcessEnv): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [path.join(top, 'bin/compile.cjs')], { env: cleanEnvironment(env), encoding: 'utf8' });
  // Another Node has built it.
  if (!existsSync(codeCachePath(bundle))) compile();
  const help = (): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(top, 'bin/git-fso'), 'stat', '--help'], {
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout;
  };
  return { bundle, cache: codeCachePath(bundle, 'stat'), compile, help };
}

const HELP = copied().help();

describe('the compiled code beside the command line', () => {
  it('is used by the version of Node that built it, wherever it was moved to', () => {
    const { bundle, help } = copied();
    expect(['stat', 'rescan', undefined].map(purposeOf)).toEqual(['stat', 'all', 'all']);
    for (const purpose of ['stat', 'all']) expect([purpose, loadBundle(bundle, purpose).isCached]).toEqual([purpose, true]);
    expect(statSync(codeCachePath(bundle, 'stat')).size).toBeLessThan(0.8 * statSync(codeCachePath(bundle, 'all')).size);
    expect(help()).toBe(HELP);
  });

  it('is made by a Node that has none, as open as the command line itself, and in one step', () => {
    const { bundle, cache, compile, help } = copied();
    const before = readdirSync(path.dirname(bundle));
    rmSync(cache);
    chmodSync(bundle, 0o604);
    expect(compile()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(loadBundle(bundle, 'stat').isCached).toBe(true);
    expect(statSync(cache).mode & 0o777).toBe(0o604);
    expect(readdirSync(path.dirname(bundle))).toEqual(before);
    expect(help()).toBe(HELP);
  });

  it('is made whatever is wrong with the configuration of the machine', () => {
    const { bundle, cache, compile } = copied();
    const config = path.join(path.dirname(bundle), 'broken.yml');
    writeFileSync(config, '{{{');
    rmSync(cache);
    expect(compile({ GIT_FSO_CONFIG: config })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(loadBundle(bundle, 'stat').isCached).toBe(true);
  });

  it('is not made where the command line does not work, which is said', () => {
    const { bundle, cache, compile } = copied();
    writeFileSync(bundle, 'exports.main = async () => 4;');
    rmSync(cache);
    const { status, stderr } = compile();
    expect([status, existsSync(cache)]).toEqual([1, false]);
    expect(stderr).toContain('init');
    rmSync(bundle);
    expect(compile()).toMatchObject({ status: 0, stderr: '' });
  });

  const spoil: readonly [string, (cache: string) => void][] = [
    ['missing', (cache) => rmSync(cache)],
    ['empty', (cache) => writeFileSync(cache, '')],
    ['cut off', (cache) => writeFileSync(cache, readFileSync(cache).subarray(0, -1))],
    [
      'damaged',
      (cache) => {
        const file = readFileSync(cache);
        file[file.length >> 1]! ^= 1;
        writeFileSync(cache, file);
      },
    ],
  ];
  it.each(spoil)('is left aside when it is %s', (_, change) => {
    const { bundle, cache, help } = copied();
    change(cache);
    expect(loadBundle(bundle, 'stat').isCached).toBe(false);
    expect(help()).toBe(HELP);
  });

  it('is left aside when the command line was edited, even if its length is the same', () => {
    const { bundle, help } = copied();
    // A line of the file may end anywhere in it.
    const words = new RegExp([...'Records names, sizes'].join(String.raw`(?:\\\n)?`));
    const edited = readFileSync(bundle, 'latin1').replace(words, (found) => found.toUpperCase());
    writeFileSync(bundle, edited);
    expect(loadBundle(bundle, 'stat').isCached).toBe(false);
    expect(help()).toContain('RECORDS NAMES, SIZES');
  });

  it('is left aside with other flags of V8', () => {
    const { bundle } = copied();
    const script = `process.exit(require(process.argv[1]).loadBundle(process.argv[2], 'stat').isCached ? 1 : 0)`;
    const args = ['--no-opt', '-e', script, path.join(ROOT, 'bin/load-bundle.cjs'), bundle];
    expect(spawnSync(process.execPath, args).status).toBe(0);
  });
});
