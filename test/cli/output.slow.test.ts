import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, fsoCommand } from '../harness/index.js';
import type { TestSite } from '../rescan/site.js';
import { makeSite } from '../rescan/site.js';

const REPOS = 12;
const SETTINGS = '    facets: [stat]\n    schedule: { stat: every 1h }\n';

function manyRepos(): TestSite {
  return makeSite(Object.fromEntries(Array.from({ length: REPOS }, (_, index) => [`r${index}/x`, '1'])), SETTINGS);
}

function recorded(site: TestSite): number {
  return [...site.heads().keys()].filter((key) => key.endsWith(' master-stat')).length;
}

/** Runs a line of bash in which `fso` is the command. */
function bash(
  { top, config }: Pick<TestSite, 'top' | 'config'>,
  line: string,
): { readonly status: number | null; readonly stderr: string } {
  const [command, ...leading] = fsoCommand();
  const script = `fso() { "$FSO" "$@"; }; set -o pipefail; ${line}`;
  const quoted = [command, ...leading].map((word) => `'${word}'`).join(' ');
  return spawnSync('bash', ['--norc', '-c', script.replace('"$FSO"', quoted)], {
    cwd: top,
    env: cleanEnvironment({ GIT_FSO_CONFIG: config }),
    encoding: 'utf8',
  });
}

describe('output that nobody reads', () => {
  it.each(['--json', ''])('does not keep `rescan %s` from recording every repo; the status says that something was lost', (option) => {
    const site = manyRepos();
    const { status, stderr } = bash(site, `fso rescan ${option} | head -n 1 >/dev/null`);
    expect(recorded(site)).toBe(REPOS);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^git-fso: standard output cannot be written: nobody reads it any more; what is recorded does not depend on it\n$/,
    );
  });

  it('does not end a daemon, nor is it a success', () => {
    const site = manyRepos();
    const { status } = bash(site, 'fso daemon --once --json | head -n 1 >/dev/null');
    expect(recorded(site)).toBe(REPOS);
    expect(status).toBe(1);
  });

  it('may be standard error', async () => {
    const site = makeSite({ 'a/x': '1', 'b/x': '1' }, `${SETTINGS}    onChange:\n      - shell: exit 1\n`);
    const [command, ...leading] = fsoCommand();
    const child = spawn(command, [...leading, 'rescan', '--config', site.config], {
      cwd: site.top, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.destroy();
    const ended = await new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve([code, signal]));
    });
    expect(ended).toEqual([1, null]);
    expect(recorded(site)).toBe(2);
  });

  it('may be a file on a full disk', () => {
    const site = manyRepos();
    const { status, stderr } = bash(site, 'fso rescan >/dev/full');
    expect(recorded(site)).toBe(REPOS);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^git-fso: the output cannot be written: no space left on device; .*\n$/);
  });

  it('is no failure where it was closed from the start', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    expect(bash(site, 'fso rescan >&- 2>&-').status).toBe(0);
    expect(recorded(site)).toBe(1);
  });

  it('makes a command in a shadow repo record, and fail', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    expect(site.rescan('--facets', 'content').status).toBe(0);
    const [shadow] = site.repos().values();
    expect(bash({ ...site, top: shadow ?? '' }, 'fso stat | true').status).toBe(1);
    expect(recorded(site)).toBe(1);
  });

  it('ends a command that only reads, by SIGPIPE', () => {
    const site = manyRepos();
    expect(site.rescan().status).toBe(0);
    expect(bash(site, '{ sleep 0.2; fso list; } | true')).toMatchObject({ status: 141, stderr: '' });
  });
});
