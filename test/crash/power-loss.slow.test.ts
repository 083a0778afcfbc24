import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { git, tempDir } from '../harness/index.js';
import { BIN, ENV } from './command.mjs';
import { expectComplete } from './complete.js';
import { Disk } from './disk.js';
import type { CrashWorld, Scenario } from './scenarios.mjs';
import { prepare, SCENARIOS } from './scenarios.mjs';
import { canTrace, run } from './strace.mjs';
import type { FileCall } from './trace-log.js';
import { FLAGS, readTraceLog } from './trace-log.js';

const isFull = process.env['FSO_CRASH_FULL'] !== undefined;
/** States of the disk that are looked at: in all of a run, a sample that is spread over it. */
const IMAGES = isFull ? 100_000 : 50;
/** Of these, every so many are also given to Git, and to the next run. */
const [GIT_EACH, RUN_EACH] = isFull ? [5, 50] : [6, 30];

// What `verify` records has the times at which it read.
const COMMANDS = isFull ? Object.keys(SCENARIOS).filter((name) => !/check|without|killed|verify|rewritten/.test(name))
  : ['init', 'init --shadow', 'stat', 'sha', 'content', 'apply-stub', 'reinit', 'gc'];

// Who holds a lock of git-fso is not remembered beyond a boot, nor are marks of runs.
const isIrrelevant = (name: string): boolean => /\/fso\/(lock|success|partial)|\.git-fso\.lock/.test(name);

const reposIn = (scenario: Scenario, world: CrashWorld): string[] =>
  (scenario.repos?.(world) ?? [world.shadow]).filter((repo) => fs.existsSync(path.join(repo, '.git')));

async function fsck(repo: string): Promise<{ status: number | null; said: string }> {
  const { status, stdout, stderr } = await run('git', ['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], {
    cwd: repo,
    env: ENV,
  });
  return { status, said: `${stdout}${stderr}` };
}

const refsOf = (repo: string, format: string): string => git(['for-each-ref', `--format=%(refname) ${format}`], repo);
const treesOf = (scenario: Scenario, repos: readonly string[]): string[] =>
  repos.map((repo) => refsOf(repo, scenario.keepsCommits === true ? '%(objectname)' : '%(tree)'));

/** A command that was run once, with a record of its calls; the world is as it was before. */
interface Recorded {
  readonly scenario: Scenario;
  readonly world: CrashWorld;
  readonly calls: readonly FileCall[];
  /** Trees, and commits, of all refs when it had ended. */
  readonly trees: readonly string[];
  readonly commits: readonly string[];
}

async function record(name: string): Promise<Recorded> {
  const scenario = SCENARIOS[name] as Scenario;
  const dir = tempDir();
  const world = prepare(scenario, path.join(dir, 'world'), ENV);
  onTestFinished(() => scenario.end?.(world));
  scenario.configure?.(world);
  const before = path.join(dir, 'before');
  fs.cpSync(world.shadow, before, { recursive: true, verbatimSymlinks: true });
  const log = path.join(dir, 'strace.log');
  const { status, stderr } = await run('strace', [...FLAGS, '-o', log, process.execPath, BIN, ...scenario.args(world)], {
    cwd: world.shadow,
    env: ENV,
  });
  expect(status, stderr).toBe(0);
  const repos = reposIn(scenario, world);
  const [trees, commits] = [treesOf(scenario, repos), repos.map((repo) => refsOf(repo, '%(objectname)'))];
  fs.renameSync(world.shadow, path.join(dir, 'after'));
  fs.renameSync(before, world.shadow);
  return { scenario, world, calls: readTraceLog(log), trees, commits };
}

/** Puts states of the disk in the place of the shadow, one after the other; tells whether the command had reported. */
function* failures({ world, calls }: Recorded): Generator<{ number: number; isReported: boolean; call: FileCall }> {
  const disk = new Disk(world.shadow, isIrrelevant);
  const changing = calls.filter((call) => disk.concerns(call)).length;
  const perCall = Math.ceil(IMAGES / changing);
  const looked = new Set<string>();
  // A command that works on several repos reports one after the other.
  const reportedAt = calls.findLastIndex((call) => call.call === 'report');
  expect(reportedAt).toBeGreaterThan(0);
  for (const [index, call] of calls.entries()) {
    const isReported = index >= reportedAt;
    disk.apply(call);
    if (call.call !== 'report' && !disk.concerns(call)) continue;
    const images = disk.images(isFull ? 256 : 16);
    for (let round = 0; round < Math.min(perCall, images.length); round += 1) {
      // Another one each time, so that all kinds have their turn.
      const image = images[(index * 7 + round) % images.length];
      if (image === undefined || (looked.has(image.key) && !isReported)) continue;
      looked.add(image.key);
      fs.rmSync(world.shadow, { recursive: true, force: true });
      fs.mkdirSync(world.shadow);
      image.writeTo(world.shadow);
      yield { number: looked.size, isReported, call };
    }
  }
}

describe.skipIf(!(await canTrace()))('after a power failure at any moment (needs strace)', () => {
  test.each(COMMANDS)('of %s, refs name complete histories, what was reported is there, and the next run goes on', async (name) => {
    const recorded = await record(name);
    const { scenario, world, trees, commits } = recorded;
    let states = 0;
    for (const { number, isReported, call } of failures(recorded)) {
      states = number;
      const repos = reposIn(scenario, world);
      for (const repo of repos) expectComplete(repo);
      if (isReported) expect(repos.map((repo) => refsOf(repo, '%(objectname)'))).toEqual(commits);
      if (number % GIT_EACH === 0) {
        for (const repo of repos) expect(await fsck(repo), `after ${JSON.stringify(call)}`).toEqual({ status: 0, said: '' });
      }
      if (number % RUN_EACH !== 1 || (name === 'init' && repos.length > 0)) continue;
      const again = await run(process.execPath, [BIN, ...scenario.args(world)], { cwd: world.shadow, env: ENV });
      expect([again.status, again.stderr], `after ${JSON.stringify(call)}`).toEqual([0, '']);
      expect(treesOf(scenario, reposIn(scenario, world))).toEqual(trees);
    }
    expect(states).toBeGreaterThan(20);
  }, isFull ? 7_200_000 : 60_000);

  test('these tests notice when something is not synced', async () => {
    const recorded = await record('stat');
    const isSyncOf = (call: FileCall, pattern: RegExp): boolean => call.call === 'fsync' && pattern.test(call.path);
    for (const pattern of [/tmp_pack/, /objects\/pack$/, /fso-next/, /refs\/heads$/]) {
      const calls = recorded.calls.filter((call) => !isSyncOf(call, pattern));
      expect(calls.length, String(pattern)).toBeLessThan(recorded.calls.length);
      expect(() => {
        for (const { isReported } of failures({ ...recorded, calls })) {
          expectComplete(recorded.world.shadow);
          if (isReported) expect([refsOf(recorded.world.shadow, '%(objectname)')]).toEqual(recorded.commits);
        }
      }, String(pattern)).toThrow();
    }
  });
});
