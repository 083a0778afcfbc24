import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { applyStub } from '../../../src/stub/apply-stub.js';
import { recordContent } from '../../../src/facets/content/content.js';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../../src/facets/stat/status.js';
import { setGitEnvironment } from '../../../src/git/process/run-git.js';
import type { CheckedFinding, CheckResult } from '../../../src/shadow/check/check-repo.js';
import { checkRepo } from '../../../src/shadow/check/check-repo.js';
import { collectGarbage } from '../../../src/shadow/gc/collect-garbage.js';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { FsoError } from '../../../src/util/errors.js';
import { cleanEnvironment, fso, git, runProcess, tempDir } from '../../harness/index.js';
import { makeWorld, OPTIONS, recordAll } from '../../facets/world.js';
import { HARMLESS, looseFile, LOST, REPAIRABLE } from '../damage.js';

let original: string;
let shadow: string;

beforeAll(async () => {
  setGitEnvironment(cleanEnvironment());
  const world = await makeWorld({ a: 'a\n', 'd/b': 'b\n', 'README.md': 'r\n' });
  await recordAll(world);
  await collectGarbage(world.repo, OPTIONS);
  original = world.shadow;
});

beforeEach(() => {
  shadow = path.join(tempDir(), 'shadow');
  fs.cpSync(original, shadow, { recursive: true, preserveTimestamps: true });
});

afterAll(() => setGitEnvironment({}));

const check = (repair = false): Promise<CheckResult> => checkRepo(shadow, { ...OPTIONS, repair });
const errorsIn = ({ findings }: CheckResult): CheckedFinding[] => findings.filter(({ severity }) => severity === 'error');
const trees = (): string => git(['for-each-ref', '--format=%(refname) %(tree)', 'refs/heads'], shadow);

/** What Git has to say; not whether it succeeds. */
async function fsckLines(): Promise<readonly string[]> {
  const { stdout, stderr } = await runProcess('git', ['fsck', '--full', '--strict', '--no-dangling', '--no-progress'], {
    cwd: shadow,
    env: cleanEnvironment(),
  });
  return `${stderr}${stdout}`.split('\n').filter((line) => line !== '');
}

/** Runs everything that reads or writes; each works, or says in an error for people what is wrong. */
async function useRepo(): Promise<void> {
  const runs = [recordStat, recordSha, recordContent, applyStub, statusOfStat, collectGarbage];
  for (const run of runs) {
    try {
      await run(ShadowRepo.open(shadow), OPTIONS);
    } catch (error) {
      expect(error, run.name).toBeInstanceOf(FsoError);
      expect((error as FsoError).message, run.name).toMatch(/\.git|shadow/);
    }
  }
}

test('a shadow repo in order has no findings', async () => {
  expect(await check()).toEqual({ findings: [], errors: 0 });
  expect(await check(true)).toEqual({ findings: [], errors: 0 });
});

describe('is found and repaired:', () => {
  test.each(Object.entries(REPAIRABLE))('%s', async (_title, damage) => {
    const before = trees();
    const names = fs.readdirSync(path.join(shadow, '.git'));
    damage(shadow);
    const found = await check();
    expect(found.errors).toBeGreaterThan(0);
    for (const { place, remedy } of errorsIn(found)) expect([place, remedy]).not.toContain('');
    expect(found.findings.some(({ remedy }) => remedy?.includes(`\`git-fso -C ${shadow} check --repair\` does that`))).toBe(true);
    const repaired = await check(true);
    expect(repaired.errors, JSON.stringify(repaired.findings)).toBe(0);
    expect(repaired.findings.some((finding) => finding.repaired)).toBe(true);
    expect(await check()).toEqual({ findings: [], errors: 0 });
    expect(trees()).toBe(before);
    expect(await fsckLines()).toEqual([]);
    expect(git(['status', '--porcelain'], shadow)).toBe('');
    expect(fs.readdirSync(path.join(shadow, '.git'))).toEqual(expect.arrayContaining(names));
    const repo = ShadowRepo.open(shadow);
    await recordSha(repo, OPTIONS);
    expect((await recordStat(repo, OPTIONS)).commit).toBeNull();
    expect(trees()).toBe(before);
  });
});

describe('is in nobody\'s way:', () => {
  test.each(Object.entries(HARMLESS))('%s', async (_title, damage) => {
    damage(shadow);
    expect((await check()).errors).toBe(0);
    const repo = ShadowRepo.open(shadow);
    fs.appendFileSync(path.join(repo.realdir, 'a'), 'more');
    expect((await recordStat(repo, OPTIONS)).commit).not.toBeNull();
    await recordSha(repo, OPTIONS);
    await check(true);
    expect(await check()).toEqual({ findings: [], errors: 0 });
    expect(await fsckLines()).toEqual([]);
    expect(git(['reflog', '-1', '--format=%H', 'master-stat'], shadow)).toBe(git(['rev-parse', 'master-stat'], shadow));
  });
});

describe('is found, and not made worse by any command:', () => {
  test.each(Object.entries(LOST))('%s', async (_title, damage) => {
    damage(shadow);
    const before = await fsckLines();
    const found = await check();
    expect(found.errors).toBeGreaterThan(0);
    for (const { place, what, remedy } of errorsIn(found)) {
      expect(place).not.toBe('');
      expect(what).not.toBe('');
      expect(remedy).not.toBe(null);
    }
    await useRepo();
    await check(true);
    await useRepo();
    const after = await fsckLines();
    expect(after.filter((line) => line.startsWith('missing')).filter((line) => !before.includes(line))).toEqual([]);
    if (before.length === 0) expect(after).toEqual([]);
  });
});

test('the last good commit of a branch is named', async () => {
  const good = git(['rev-parse', 'master-stat~'], shadow);
  LOST['a missing tree']?.(shadow);
  const { findings } = await check();
  expect(findings.map(({ remedy }) => remedy).join('\n')).toContain(`git update-ref refs/heads/master-stat ${good}`);
});

test('a damaged object that is needed is put aside, so that a good copy can take its place', async () => {
  const file = looseFile(shadow, 'master-stat^{tree}');
  LOST['a loose object that is cut short']?.(shadow);
  const repaired = await check(true);
  expect(repaired.errors).toBeGreaterThan(0);
  expect(fs.existsSync(file)).toBe(false);
  expect(fs.readdirSync(path.join(shadow, '.git/fso/damaged'))).toHaveLength(1);
  git(['fetch', '-q', original, 'master-stat'], shadow);
  git(['unpack-objects', '-q'], shadow, { input: packBytes() });
  expect((await check()).errors).toBe(0);
});

function packBytes(): Buffer {
  const pack = path.join(original, '.git/objects/pack');
  return fs.readFileSync(path.join(pack, fs.readdirSync(pack).find((name) => name.endsWith('.pack')) ?? ''));
}

test('while others write, their files are not taken for left over ones; repair waits for them', async () => {
  HARMLESS['temporary files of a killed git-fso']?.(shadow);
  const lock = await acquireLock(path.join(shadow, '.git/fso/lock'), 'shared', { waitMs: 0, command: 'git-fso sha' });
  expect(await check()).toEqual({ findings: [], errors: 0 });
  await expect(check(true)).rejects.toThrow(/locked by git-fso sha/);
  lock.release();
  expect((await check()).findings).toHaveLength(2);
});

test('the command prints what it found, and ends with 1 if there is an error left', () => {
  const run = (...args: string[]): ReturnType<typeof fso> => fso(['check', ...args], { cwd: shadow });
  expect(run()).toEqual({ status: 0, stdout: 'no errors found\n', stderr: '' });
  fs.writeFileSync(path.join(shadow, '.git/refs/heads/master-stat'), '');
  const found = run();
  expect(found.status).toBe(1);
  expect(found.stdout).toMatch(
    /^error: .*\/refs\/heads\/master-stat: the ref is damaged\n +set it to \w{40}, [^;]+; `git-fso -C \S+ check --repair` does that\n/,
  );
  expect(found.stdout).toMatch(/\n\d errors? found\n$/);
  const repaired = run('--repair');
  expect([repaired.status, repaired.stdout.split('\n').slice(-2)]).toEqual([0, ['no errors found', '']]);
  expect(repaired.stdout).toMatch(/^repaired: .*master-stat: the ref is damaged\n/);
  expect(fso(['check'], { cwd: tempDir() })).toMatchObject({ status: 1, stderr: expect.stringMatching(/no Git repository/) });
});
