import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DamagedObjectError } from '../../src/git/object-errors.js';
import type { Oid } from '../../src/git/object-id.js';
import { hashObject, oidToHex } from '../../src/git/object-id.js';
import { ObjectReader } from '../../src/git/object-reader.js';
import { listRefs } from '../../src/git/refs.js';
import { FileMode } from '../../src/git/tree-codec.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { git, tempDir } from '../harness/index.js';
import { BIN, ENV } from './command.mjs';
import { Disk } from './disk.js';
import type { CrashWorld, Scenario } from './scenarios.mjs';
import { prepare, SCENARIOS } from './scenarios.mjs';
import { canTrace, run } from './strace.mjs';
import { FLAGS, readTraceLog } from './trace-log.js';

const isFull = process.env['FSO_CRASH_FULL'] !== undefined;
/** States of the disk that are looked at after each call, and in all. */
const [IMAGES_A_CALL, IMAGES_MAX] = isFull ? [256, 100_000] : [16, 250];
/** Of these, every so many are also given to Git, and to the next run. */
const [GIT_EACH, RUN_EACH] = isFull ? [5, 50] : [20, 120];

const COMMANDS = isFull ? Object.keys(SCENARIOS).filter((name) => !/check|without|killed/.test(name))
  : ['init', 'init --shadow', 'stat', 'sha', 'apply-stub', 'reinit', 'gc'];

// Who holds a lock of git-fso is not remembered beyond a boot, nor are marks of runs.
const isIrrelevant = (name: string): boolean => /\/fso\/(lock|success|partial)|\.git-fso\.lock/.test(name);

const reposIn = (scenario: Scenario, world: CrashWorld): string[] =>
  (scenario.repos?.(world) ?? [world.shadow]).filter((repo) => fs.existsSync(path.join(repo, '.git')));

/** Fails unless every ref names an object that is there, with all that it refers to. */
function expectComplete(repo: string): void {
  const { gitDir } = ShadowRepo.open(Buffer.from(repo).toString('latin1'));
  const reader = ObjectReader.open(gitDir);
  const seen = new Set<Oid>();
  const visit = (oid: Oid): void => {
    if (seen.has(oid)) return;
    seen.add(oid);
    const { type, body } = reader.read(oid);
    if (hashObject(type, body) !== oid) throw new DamagedObjectError(gitDir, `${oidToHex(oid)} has other content`);
    if (type === 'tree') for (const entry of reader.readTree(oid)) if (entry.mode !== FileMode.gitlink) visit(entry.oid);
    if (type !== 'commit') return;
    const { tree, parents } = reader.readCommit(oid);
    for (const next of [tree, ...parents]) visit(next);
  };
  try {
    for (const { oid } of listRefs(gitDir, 'refs/')) visit(oid);
  } finally {
    reader.close();
  }
}

const refsOf = (repo: string, format: string): string => git(['for-each-ref', `--format=%(refname) ${format}`], repo);
const state = (scenario: Scenario, repos: readonly string[]): string[] =>
  repos.map((repo) => refsOf(repo, scenario.keepsCommits === true ? '%(objectname)' : '%(tree)'));

/** Runs a command once, recording its calls; the world is as it was before. */
async function record(scenario: Scenario, dir: string): Promise<{ world: CrashWorld; before: string; log: string }> {
  const world = prepare(scenario, path.join(dir, 'world'), ENV);
  scenario.configure?.(world);
  const before = path.join(dir, 'before');
  fs.cpSync(world.shadow, before, { recursive: true, verbatimSymlinks: true });
  const log = path.join(dir, 'strace.log');
  const { status, stderr } = await run('strace', [...FLAGS, '-o', log, process.execPath, BIN, ...scenario.args(world)], { cwd: world.shadow, env: ENV });
  expect(status, stderr).toBe(0);
  return { world, before, log };
}

describe.skipIf(!(await canTrace()))('after a power failure at any moment', () => {
  test.each(COMMANDS)('of %s, refs name complete histories, what was reported is there, and the next run goes on', async (name) => {
    const scenario = SCENARIOS[name] as Scenario;
    const dir = tempDir();
    const { world, before, log } = await record(scenario, dir);
    const done = reposIn(scenario, world);
    const expected = state(scenario, done);
    const finals = done.map((repo) => refsOf(repo, '%(objectname)'));
    fs.renameSync(world.shadow, path.join(dir, 'after'));
    fs.renameSync(before, world.shadow);
    const disk = new Disk(world.shadow, isIrrelevant);
    const calls = readTraceLog(log);
    const looked = new Set<string>();
    let isReported = false;
    for (const [index, call] of calls.entries()) {
      disk.apply(call);
      isReported ||= call.call === 'report';
      // After the report, the end says it all.
      if (looked.size >= IMAGES_MAX && index < calls.length - 1) continue;
      for (const image of disk.images(IMAGES_A_CALL)) {
        if (looked.has(image.key) && !isReported) continue;
        looked.add(image.key);
        fs.rmSync(world.shadow, { recursive: true, force: true });
        fs.mkdirSync(world.shadow);
        image.writeTo(world.shadow);
        const repos = reposIn(scenario, world);
        for (const repo of repos) expectComplete(repo);
        if (isReported) expect(repos.map((repo) => refsOf(repo, '%(objectname)'))).toEqual(finals);
        if (looked.size % GIT_EACH === 0) {
          for (const repo of repos) expect(git(['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], repo)).toBe('');
        }
        if (looked.size % RUN_EACH !== 1 || (name === 'init' && repos.length > 0)) continue;
        const again = await run(process.execPath, [BIN, ...scenario.args(world)], { cwd: world.shadow, env: ENV });
        expect([again.status, again.stderr], `after ${JSON.stringify(call)}`).toEqual([0, '']);
        expect(state(scenario, reposIn(scenario, world))).toEqual(expected);
      }
    }
    expect(looked.size).toBeGreaterThan(30);
    expect(isReported).toBe(true);
    fs.rmSync(world.shadow, { recursive: true });
  });
});
