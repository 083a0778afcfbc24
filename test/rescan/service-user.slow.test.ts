import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, fsoCommand, git, tempDir } from '../harness/index.js';

/** No user has this number. */
const SERVICE = 64_321;
const OWNER = 64_322;
const CAPABILITY = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search', '--bounding-set=-all,+dac_read_search'];

const isRoot = process.geteuid?.() === 0;
const canDrop =
  isRoot &&
  spawnSync('setpriv', [`--reuid=${SERVICE}`, `--regid=${SERVICE}`, '--clear-groups', ...CAPABILITY, 'cat', '/proc/self/status'], {
    encoding: 'utf8',
  }).stdout.includes('CapEff:\t0000000000000004');

const top = isRoot ? tempDir() : '';
const project = path.join(top, 'project');
const shadow = path.join(top, 'shadow');
const config = path.join(top, 'git-fso.yml');

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git-fso as the service user. */
function asService(args: readonly string[], rights: readonly string[] = CAPABILITY): Said {
  const [command, ...leading] = fsoCommand();
  const { status, stdout, stderr } = spawnSync(
    'setpriv',
    [`--reuid=${SERVICE}`, `--regid=${SERVICE}`, '--clear-groups', ...rights, command, ...leading, ...args],
    {
      cwd: '/',
      encoding: 'utf8',
      env: cleanEnvironment({ GIT_FSO_CONFIG: config }),
    },
  );
  return { status, stdout, stderr };
}

function ownersBelow(directory: string): Set<number> {
  return new Set(readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => lstatSync(path.join(directory, name)).uid));
}

/** Names, owners, modes and times of change of everything but the shadow root. */
function stateOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { uid, mode, ctimeMs } = lstatSync(path.join(directory, name));
    return `${name} ${uid} ${mode} ${ctimeMs}`;
  });
}

describe.skipIf(!canDrop)('a user of its own with CAP_DAC_READ_SEARCH (needs root and setpriv)', () => {
  beforeAll(() => {
    for (const name of ['a/closed/deep', 'b']) mkdirSync(path.join(project, name), { recursive: true });
    for (const name of ['a/closed/deep/file', 'a/secret', 'b/README.md']) {
      writeFileSync(path.join(project, name), 'private\n');
      chmodSync(path.join(project, name), 0o600);
    }
    for (const name of ['a', 'a/closed', 'a/closed/deep', 'b', 'a/closed/deep/file', 'a/secret', 'b/README.md'])
      chownSync(path.join(project, name), OWNER, OWNER);
    for (const name of ['a', 'a/closed', 'a/closed/deep', 'b', '']) chmodSync(path.join(project, name), 0o700);
    chmodSync(top, 0o711);
    mkdirSync(shadow, { mode: 0o700 });
    chownSync(shadow, SERVICE, SERVICE);
    writeFileSync(
      config,
      `shadow: ${shadow}\nroots:\n  - { path: ${project}, facets: [stat, sha, content], schedule: { stat: every 1h, sha: every 1h, ` +
        `content: every 1h } }\n`,
    );
  });

  it('records everything, also what is closed, and writes to its shadow root only', () => {
    const before = stateOf(project);
    const { status, stdout, stderr } = asService(['rescan', '--due']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('2 repos, 2 created, 2 changed');
    expect(stateOf(project)).toEqual(before);
    expect(readdirSync(top).sort()).toEqual(['git-fso.yml', 'project', 'shadow']);
    expect(ownersBelow(shadow)).toEqual(new Set([SERVICE]));
    const [repo = ''] = readdirSync(path.join(shadow, project, 'a'));
    const tree = git(['-c', 'safe.directory=*', 'ls-tree', '-r', '--name-only', 'master-sha'], path.join(shadow, project, 'a', repo));
    expect(tree.split('\n')).toEqual(expect.arrayContaining(['closed/deep/file', 'secret']));
  });

  it('finds everything as it was, by all commands', () => {
    expect(asService(['rescan'])).toMatchObject({ status: 0, stdout: expect.stringContaining('0 changed') });
    expect(asService(['list'])).toMatchObject({ status: 0, stderr: '' });
    expect(asService(['doctor'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/nothing found\n$/) });
  });

  it('is told by doctor if the way to the shadow root is closed to it', () => {
    chmodSync(top, 0o700);
    expect(asService(['doctor']).stdout).toMatch(/^error: \S+\/shadow: cannot be reached without the right to read everything/m);
    chmodSync(top, 0o711);
  });

  it('is told by doctor if it may not read everything', () => {
    const { status, stdout } = asService(['doctor'], []);
    expect(stdout).toMatch(new RegExp(`error: ${project}: .*cannot be read`));
    expect(stdout).toMatch(/setpriv --reuid=64321 .*--ambient-caps=\+dac_read_search/);
    expect(status).toBe(1);
  });

  it('may have been root before: chown is all', () => {
    const old = tempDir();
    chmodSync(old, 0o711);
    const site = path.join(old, 'git-fso.yml');
    writeFileSync(site, `shadow: ${old}/shadow\nroots:\n  - { path: ${project}, facets: [stat] }\n`);
    const [command, ...leading] = fsoCommand();
    const env = cleanEnvironment();
    expect(spawnSync(command, [...leading, 'rescan', '--config', site], { cwd: '/', env }).status).toBe(0);
    expect(asService(['rescan', '--config', site]).status).toBe(1);
    expect(spawnSync('chown', ['-R', `${SERVICE}:${SERVICE}`, `${old}/shadow`]).status).toBe(0);
    expect(asService(['rescan', '--config', site])).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('2 repos, 0 created, 0 changed'),
    });
  });
});
