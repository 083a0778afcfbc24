import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fso, fsoAsync, git, runProcess, tempDir } from '../harness/index.js';

const ROUNDS = process.env['FSO_CRASH_FULL'] === undefined ? 2 : 20;
const WORKERS = ['a', 'b', 'c', 'd', 'e'];
const FACETS = ['stat', 'sha', 'content'] as const;

/** What the processes said that they have done. */
interface Reported {
  /** The first digits of commits, by branch. */
  readonly commits: Record<string, string[]>;
  /** How often the stub was applied, by branch. */
  readonly applied: Record<string, number>;
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

async function work(worker: string, world: { real: string; shadow: string }, reported: Reported): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const command of [...FACETS, 'apply-stub']) {
      fs.writeFileSync(path.join(world.real, `d/${worker}`), `${worker} ${round} ${command}`.repeat(1 + round));
      fs.writeFileSync(path.join(world.real, 'README.md'), `${worker} ${round} ${command}\n`);
      await record(world.shadow, command, reported);
    }
  }
}

/** An administrator who edits the stub and tidies up all the time; returns the number of commits. */
async function administrate(shadow: string, isOver: () => boolean): Promise<number> {
  const admin = (...args: string[]): ReturnType<typeof runProcess> => runProcess('git', args, { cwd: shadow, env: cleanEnvironment() });
  let commits = 0;
  for (let round = 0; !isOver(); round += 1) {
    fs.appendFileSync(path.join(shadow, '.gitignore'), `*.tmp${round}\n`);
    // A lock that a git-fso process holds for a moment makes Git give up.
    if ((await admin('commit', '-q', '-a', '-m', `Ignore *.tmp${round}`)).status === 0) commits += 1;
    await admin('pack-refs', '--all');
    await admin('gc', '-q', '--prune=now');
  }
  return commits;
}

test('five processes at once, beside git gc --prune=now, pack-refs and commits of an administrator, lose nothing', async () => {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), { 'README.md': 'r', ...Object.fromEntries(WORKERS.map((worker) => [`d/${worker}`, worker])), 'd/e2/x': 'x' });
  const shadow = path.join(dir, 'shadow');
  fs.mkdirSync(shadow);
  expect(fso(['init', '--observe', real], { cwd: shadow }).status).toBe(0);
  const reported: Reported = { commits: {}, applied: {} };
  let isOver = false;
  const admin = administrate(shadow, () => isOver);
  await Promise.all(WORKERS.map((worker) => work(worker, { real, shadow }, reported))).finally(() => { isOver = true; });
  const adminCommits = await admin;

  const history = (branch: string): string[] => git(['rev-list', '--first-parent', branch], shadow).split('\n');
  for (const facet of FACETS) {
    const commits = reported.commits[facet] ?? [];
    const found = history(`master-${facet}`);
    for (const commit of commits) expect(found.some((id) => id.startsWith(commit)), `${facet} ${commit}`).toBe(true);
    // All but the commit of the init was reported, and is there once.
    expect(found.length - 1, facet).toBe(commits.length + (reported.applied[facet] ?? 0));
  }
  expect(history('master-stub')).toHaveLength(adminCommits + 1);
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
