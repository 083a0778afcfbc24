import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git, tempDir } from '../harness/index.js';
import { canTrace } from '../harness/opens.js';
import { PROGRAM_KEYS, READ_FILE_KEYS, SWITCHES, WRITTEN_FILE_KEYS } from './git-settings.js';

/** All that git-fso starts, but for hooks and editors of the user. */
const KNOWN_PROGRAMS = /^\/(usr\/|usr\/local\/)?(bin\/(git|flock|ls|lsattr|node)|lib(exec)?\/git-core\/git)$/;
const HOOKS = [
  'pre-commit',
  'commit-msg',
  'post-commit',
  'post-checkout',
  'post-index-change',
  'reference-transaction',
  'pre-auto-gc',
  'post-rewrite',
  'fsmonitor-watchman',
];
/** What a promisor remote is asked for. */
const LOST_OBJECT = '5'.repeat(40);

let top: string;
let home: string;
let real: string;
let shadow: string;
let trap: string;
let config: string;
/** Made whenever a trap runs or Git writes where a setting says. */
let trace: string;

const at = (...names: string[]): string => path.join(top, ...names);

/** Sets every key there is, for the programs the trap, in one configuration file. */
function setTraps(file: string): void {
  const set = (key: string, value: string): void => {
    git(['config', '--file', file, '--add', key, value], top);
  };
  for (const key of PROGRAM_KEYS) set(key, key.startsWith('alias.') || key === 'submodule.trap.update' ? `!${trap}` : trap);
  for (const key of WRITTEN_FILE_KEYS) set(key, trace);
  for (const key of READ_FILE_KEYS) set(key, at('named-file'));
  for (const [key, value] of SWITCHES) set(key, value);
  set('core.hooksPath', at('hooks'));
}

/** Starts git-fso under strace; returns what was executed, and which paths were opened. */
function traced(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = top,
): { executed: string[]; opened: string[]; status: number | null; output: string } {
  const log = at('strace');
  const options = { cwd, env: cleanEnvironment({ HOME: home, ...env }), encoding: 'utf8', timeout: 120_000 } as const;
  const { status, stdout, stderr } = spawnSync(
    'strace',
    ['-f', '-qq', '-s', '4096', '-e', 'trace=execve,open,openat', '-o', log, ...fsoCommand(), ...args],
    options,
  );
  const lines = fs.readFileSync(log, 'utf8').split('\n');
  const all = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  return {
    status,
    output: stdout + stderr,
    executed: all(/execve\("([^"]*)".* = 0$/).slice(1),
    opened: all(/open(?:at)?\([^"]*"([^"]*)".* = \d+$/),
  };
}

function makeHooks(directory: string): void {
  fs.mkdirSync(directory, { recursive: true });
  for (const name of HOOKS) fs.copyFileSync(trap, path.join(directory, name));
}

beforeAll(() => {
  top = tempDir();
  trace = at('trace');
  trap = at('trap');
  home = at('home');
  real = at('real');
  fs.writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >>${trace}\ncat\n`, { mode: 0o755 });
  fs.mkdirSync(home);
  fs.mkdirSync(path.join(real, 'sub'), { recursive: true });
  for (const name of ['a', 'sub/b', 'README.md']) fs.writeFileSync(path.join(real, name), name);
  config = at('git-fso.yml');
  fs.writeFileSync(config, `shadow: ${at('shadow')}\nroots:\n  - path: ${real}\n    patterns: repo .\n    facets: [stat, sha, content]\n`);
  expect(fso(['rescan', '--config', config], { cwd: top }).status).toBe(0);
  const mirror = path.join(at('shadow'), real);
  shadow = path.join(mirror, fs.readdirSync(mirror).find((name) => name.endsWith('.fso')) ?? '');
  fs.writeFileSync(at('named-file'), '[core]\n\tfsmonitor = trap\n');
  makeHooks(at('hooks'));
  makeHooks(path.join(shadow, '.git/hooks'));
  fs.writeFileSync(path.join(shadow, '.git/info/attributes'), '* filter=trap diff=trap merge=trap\n');
  fs.writeFileSync(at('attributes'), '* filter=trap diff=trap merge=trap\n');
  setTraps(path.join(home, '.gitconfig'));
  setTraps(path.join(shadow, '.git/config'));
}, 120_000);

/** Every command that records, reads or tidies, in an order in which each has something to do. */
const COMMANDS: readonly (readonly string[])[] = [
  ['stat'],
  ['sha'],
  ['content'],
  ['sot'],
  ['tos'],
  ['status'],
  ['stub', 'ignore', '*.tmp'],
  ['stub', 'bundle', 'sub'],
  ['stub', 'show'],
  ['apply-stub'],
  ['reinit', '--bundle-subdirs'],
  ['stat', '--recheck'],
  ['ls'],
  ['ls', 'master-stat~0'],
  ['ls', LOST_OBJECT],
  ['ls', '@{now}'],
  ['show', 'a'],
  ['head'],
  ['summary'],
  ['meta', 'set', '.', 'a=1'],
  ['check'],
  ['check', '--repair'],
  ['gc'],
  ['gc', '--expire', '0'],
  ['handback', '--force'],
];

describe.skipIf(!canTrace())('whatever the configurations say (needs strace)', () => {
  test.each(COMMANDS.map((args) => [args.join(' '), args] as const))(
    '%s starts no program and touches no file that they name',
    (_, args) => {
      fs.appendFileSync(path.join(real, 'a'), 'more');
      const { executed, opened, status } = traced(['-C', shadow, ...args]);
      expect(status).toBe(args.includes(LOST_OBJECT) ? 1 : 0);
      expect(executed.filter((program) => !KNOWN_PROGRAMS.test(program))).toEqual([]);
      // What the user includes in his own configuration may say who he is.
      expect(opened.filter((file) => [at('attributes'), trace].includes(file) || file.startsWith(at('hooks')))).toEqual([]);
      expect(fs.existsSync(trace)).toBe(false);
    },
  );

  test.each(['rescan', 'list', 'doctor', 'discover --untracked'])('%s starts no program that they name', (words) => {
    fs.appendFileSync(path.join(real, 'a'), 'more');
    const { executed } = traced([...words.split(' '), '--config', config]);
    expect(executed.filter((program) => !KNOWN_PROGRAMS.test(program))).toEqual([]);
    expect(fs.existsSync(trace)).toBe(false);
  });

  test('variables of Git do not reach Git', () => {
    const env = {
      GIT_TRACE: trace,
      GIT_TRACE2: trace,
      GIT_TRACE2_EVENT: trace,
      GIT_TRACE_SETUP: trace,
      GIT_EXTERNAL_DIFF: trap,
      GIT_SSH_COMMAND: trap,
      GIT_EDITOR: trap,
      GIT_PAGER: trap,
      PAGER: trap,
      GIT_EXEC_PATH: at('hooks'),
      GIT_TEMPLATE_DIR: at('hooks'),
      GIT_ASKPASS: trap,
      GIT_PROXY_COMMAND: trap,
    };
    for (const args of [['stub', 'ignore', '*.bak'], ['gc'], ['check']]) {
      const { executed } = traced(['-C', shadow, ...args], env);
      expect(executed.filter((program) => !KNOWN_PROGRAMS.test(program))).toEqual([]);
    }
    expect(fs.existsSync(trace)).toBe(false);
  });

  test('an empty or a relative entry of PATH leads to no program of a realdir', () => {
    for (const name of ['git', 'flock', 'ls', 'lsattr']) fs.copyFileSync(trap, path.join(real, name));
    for (const search of [`:${process.env['PATH']}`, `.:${process.env['PATH']}`, `sub/..:${process.env['PATH']}`, '']) {
      fs.appendFileSync(path.join(real, 'a'), 'more');
      for (const args of [['-C', shadow, 'stat'], ['-C', shadow, 'sha'], ['rescan', '--config', config]]) {
        expect(traced(args, { PATH: search }, real).executed.filter((program) => !KNOWN_PROGRAMS.test(program))).toEqual([]);
      }
    }
    expect(fs.existsSync(trace)).toBe(false);
  });
});

test('a missing object is not fetched from a promisor remote, and said to be missing', () => {
  const { status, stderr } = fso(['-C', shadow, 'ls', LOST_OBJECT], { cwd: top, env: { HOME: home } });
  expect(status).toBe(1);
  expect(stderr).toContain(LOST_OBJECT);
  expect(fs.existsSync(trace)).toBe(false);
});
