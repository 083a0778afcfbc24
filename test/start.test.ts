import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, tempDir } from './harness/index.js';

interface LoadBundle {
  codeCachePath(bundle: string): string;
  loadBundle(bundle: string): { isCached: boolean };
}

const ROOT = path.resolve(import.meta.dirname, '..');
const { codeCachePath, loadBundle } = createRequire(import.meta.url)('../bin/load-bundle.cjs') as LoadBundle;

/** A copy of what is installed for the command line, elsewhere. */
function copied(): { bundle: string; cache: string; help: () => string } {
  const top = tempDir();
  for (const part of ['bin', 'dist/cli', 'package.json']) cpSync(path.join(ROOT, part), path.join(top, part), { recursive: true });
  const bundle = path.join(top, 'dist/cli/bundle.cjs');
  const help = (): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(top, 'bin/git-fso'), 'stat', '--help'], {
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout;
  };
  return { bundle, cache: codeCachePath(bundle), help };
}

const HELP = copied().help();

describe('the compiled code beside the command line', () => {
  it('is used by the version of Node that built it, wherever it was moved to', () => {
    const { bundle, help } = copied();
    expect(loadBundle(bundle).isCached).toBe(true);
    expect(help()).toBe(HELP);
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
    expect(loadBundle(bundle).isCached).toBe(false);
    expect(help()).toBe(HELP);
  });

  it('is left aside when the command line was edited, even if its length is the same', () => {
    const { bundle, help } = copied();
    const edited = readFileSync(bundle, 'latin1').replace('Commits if something changed.', 'COMMITS if something changed.');
    writeFileSync(bundle, edited);
    expect(loadBundle(bundle).isCached).toBe(false);
    expect(help()).toContain('COMMITS if something changed.');
  });

  it('is left aside with other flags of V8', () => {
    const { bundle } = copied();
    const script = `process.exit(require(process.argv[1]).loadBundle(process.argv[2]).isCached ? 1 : 0)`;
    const args = ['--no-opt', '-e', script, path.join(ROOT, 'bin/load-bundle.cjs'), bundle];
    expect(spawnSync(process.execPath, args).status).toBe(0);
  });
});
