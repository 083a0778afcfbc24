import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoAsync, git, runProcess, tempDir } from '../harness/index.js';
import { expectComplete } from './complete.js';

const ROUNDS = process.env['FSO_CRASH_FULL'] === undefined ? 2 : 20;
const WORKERS = ['a', 'b', 'c', 'd', 'e'];
const FACETS = ['stat', 'sha', 'content'] as const;

/** What the processes said that they have done, and what was seen meanwhile. */
interface Reported {
  /** The first digits of commits, by branch. */
  readonly commits: Record<string, string[]>;
  /** How often the stub was applied, by branch. */
  readonly applied: Record<string, number>;
  /** Commits of the administrator. */
  stub: number;
  /** How often refs were found to name complete histories. */
  looks: number;
}

/** A command that must do its work, or nothing because another one did it. */
async function record(shadow: string, command: string, reported: Reported): Promise<void> {
  const { status, stdout, stderr } = await fsoAsync(['--wait', '60s', command], { cwd: shadow });
  const output = stdout.toString();
  // Files change all the time: one that changed while it was read keeps its record until the next run.
  expect([status, stderr.toString().replace(/^(waiting for|warning:) .*\n/gm, '')], command).toEqual([0, '']);
  for (const [, facet = '', commit = ''] of output.matchAll(/^(\w+) ([0-9a-f]{10}): /gm)) (reported.commits[facet] ??= []).push(commit);
  for (const [, facet = ''] of output.matchAll(/^(\w+): applied$/gm)) reported.applied[facet] = (reported.applied[facet] ?? 0) + 1;
}

async function work(worker: string, world: { real: string; shadow: string }, reported: Reported, isOver: () => boolean): Promise<void> {
  for (let round = 0; round < ROUNDS && !isOver(); round += 1) {
    for (const command of [...FACETS, 'apply-stub']) {
      fs.writeFileSync(path.join(world.real, `d/${worker}`), `${worker} ${round} ${command}`.repeat(1 + round));
      fs.writeFileSync(path.join(world.real, 'README.md'), `${worker} ${round} ${command}\n`);
      await record(world.shadow, command, reported);
    }
  }
}

/** Looks all the time whether refs name complete histories. */
async function watch(shadow: string, reported: Reported, isOver: () => boolean): Promise<void> {
  for (; !isOver(); reported.looks += 1) {
    expectComplete(shadow);
    await setTimeout(20);
  }
}

/** Waits for all, also when one has failed: none may be at work in a directory that is about to be removed. */
async function allEnded(loops: readonly Promise<void>[], end: () => void): Promise<void> {
  for (const loop of loops) loop.catch(end);
  const outcomes = await Promise.allSettled(loops);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** An administrator who edits the stub and tidies up all the time. */
async function administrate(shadow: string, reported: Reported, isOver: () => boolean): Promise<void> {
  const admin = (...args: string[]): ReturnType<typeof runProcess> => runProcess('git', args, { cwd: shadow, env: cleanEnvironment() });
  for (let round = 0; !isOver(); round += 1) {
    fs.appendFileSync(path.join(shadow, '.gitignore'), `*.tmp${round}\n`);
    // A lock that a git-fso process holds for a moment makes Git give up.
    if ((await admin('commit', '-q', '-a', '-m', `Ignore *.tmp${round}`)).status === 0) reported.stub += 1;
    await admin('pack-refs', '--all');
    await admin('gc', '-q', '--prune=now');
  }
}

/** Collects garbage all the time; it gives way to who records, and gives up if the administrator's Git takes packs away. */
async function tidy(shadow: string, _reported: Reported, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { status, stderr } = await fsoAsync(['gc'], { cwd: shadow });
    if (status !== 0)
      expect([status, stderr.toString()]).toEqual([
        expect.toBeOneOf([1, 4]),
        expect.stringMatching(/locked by|gave way|nothing was changed/),
      ]);
    await setTimeout(100);
  }
}

test('five processes at once, beside both kinds of gc, pack-refs and commits of an administrator, lose nothing', async () => {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), {
    'README.md': 'r',
    ...Object.fromEntries(WORKERS.map((worker) => [`d/${worker}`, worker])),
    'd/e2/x': 'x',
  });
  const shadow = path.join(dir, 'shadow');
  fs.mkdirSync(shadow);
  expect(fso(['init', '--observe', real], { cwd: shadow }).status).toBe(0);
  const reported: Reported = { commits: {}, applied: {}, stub: 0, looks: 0 };
  let over = false;
  const end = (): void => { over = true; };
  const isOver = (): boolean => over;
  const workers = WORKERS.map((worker) => work(worker, { real, shadow }, reported, isOver));
  const others = [administrate, tidy, watch].map((loop) => loop(shadow, reported, isOver));
  await allEnded([...workers, Promise.allSettled(workers).then(end), ...others], end);

  const history = (branch: string): string[] => git(['rev-list', '--first-parent', branch], shadow).split('\n');
  for (const facet of FACETS) {
    const commits = reported.commits[facet] ?? [];
    const found = history(`master-${facet}`);
    for (const commit of commits) expect(found.some((id) => id.startsWith(commit)), `${facet} ${commit}`).toBe(true);
    // All but the commit of the init was reported, and is there once.
    expect(found.length - 1, facet).toBe(commits.length + (reported.applied[facet] ?? 0));
  }
  expect(history('master-stub')).toHaveLength(reported.stub + 1);
  expect(reported.looks).toBeGreaterThan(10 * ROUNDS);
  expect(reported.commits['stat']?.length).toBeGreaterThan(ROUNDS);
  expect(git(['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], shadow)).toBe('');
  expect(fso(['check'], { cwd: shadow }).stdout).toBe('no errors found\n');
  expectRightTrees(dir, real, shadow);
}, ROUNDS * 120_000);

/** What the processes have recorded must be what a single one records in a new shadow repo. */
function expectRightTrees(dir: string, real: string, shadow: string): void {
  const fresh = path.join(dir, 'fresh');
  fs.mkdirSync(fresh);
  expect(fso(['init', '--observe', real], { cwd: fresh }).status).toBe(0);
  git(['reset', '-q', '--hard'], shadow);
  fs.copyFileSync(path.join(shadow, '.gitignore'), path.join(fresh, '.gitignore'));
  git(['commit', '-q', '-a', '-m', 'stub'], fresh);
  for (const repo of [shadow, fresh]) {
    for (const args of [['apply-stub'], ['stat', '--recheck'], ['sha'], ['content']]) expect(fso(args, { cwd: repo }).status).toBe(0);
  }
  const trees = (repo: string): string => git(['rev-parse', ...FACETS.map((facet) => `master-${facet}^{tree}`)], repo);
  expect(trees(shadow)).toBe(trees(fresh));
}
