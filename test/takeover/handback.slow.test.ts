import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { handBack } from '../../src/takeover/handback.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { HIDDEN_REFS } from '../../src/shadow/facets.js';
import { commitByHand, makeWorld, OPTIONS, recordAll, recorded } from '../facets/world.js';
import type { World } from '../facets/world.js';
import { fso, git } from '../harness/index.js';
import {
  canOriginalWork, change, LONG_AGO, makeOriginal, modifiedForOriginal, recordShaLikeOriginal, trees, watchProgram,
} from './original.js';

/** What differs between an index file and its branch. */
function differences({ shadow }: World, facet: string): string {
  const env = { GIT_INDEX_FILE: path.join(shadow, `.git/index-${facet}`) };
  return git(['diff-index', '--cached', '--raw', `master-${facet}`], shadow, { env });
}

function hiddenRefs({ shadow }: World): string {
  return git(['for-each-ref', HIDDEN_REFS], shadow);
}

/** A repo that was taken over, in which something of everything has changed since. */
async function makeTakenOver(): Promise<World> {
  const world = makeOriginal();
  change(world, 'README.md', 'read me again\n');
  change(world, 'sub/new.dat', 'new\n');
  fs.rmSync(path.join(world.real, 'sub/deep'), { recursive: true });
  commitByHand(world, 'master-stub', { '.gitignore': '*.tmp\n' });
  git(['reset', '--hard', '-q'], world.shadow);
  fso(['apply-stub'], { cwd: world.shadow });
  await recordAll(world);
  return world;
}

describe('handback', () => {
  test('leaves index files that agree with the branches', async () => {
    const world = await makeTakenOver();
    const before = trees(world);
    expect(differences(world, 'stat')).not.toBe('');
    const { indexes } = await handBack(world.repo, OPTIONS);
    expect(indexes.map(({ facet, known }) => [facet, known])).toEqual([['stat', 5], ['sha', 5], ['content', 0]]);
    for (const facet of ['stat', 'sha', 'content']) expect(differences(world, facet)).toBe('');
    expect(trees(world)).toBe(before);
    expect(hiddenRefs(world)).toBe('');
    expect(canOriginalWork(world)).toEqual({ stat: true, sha: true });
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
    expect(git(['fsck', '--strict', '--no-dangling'], world.shadow)).toBe('');
  });

  test('has git-fso 0.1.0 hash what is new, and nothing else', async () => {
    const world = await makeTakenOver();
    await handBack(world.repo, OPTIONS);
    const asked = { stat: watchProgram(world, 'stat-clean'), sha: watchProgram(world, 'sha-clean') };
    expect(modifiedForOriginal(world, 'stat')).toEqual([]);
    expect(modifiedForOriginal(world, 'sha')).toEqual([]);
    // Git looks into files again that are empty, as it always has.
    expect([asked.stat(), asked.sha()]).toEqual([['empty'], ['empty']]);
    change(world, 'a.dat', 'another content\n');
    recordShaLikeOriginal(world);
    expect(new Set(asked.sha())).toEqual(new Set(['empty', 'a.dat']));
    expect(recorded(world, 'master-sha')['a.dat']).toContain('size: 16\n');
  });

  test('and the next takeover lose nothing of what was hashed', async () => {
    const world = await makeTakenOver();
    await handBack(world.repo, OPTIONS);
    change(world, 'a.dat', 'another content\n');
    recordShaLikeOriginal(world);
    // An index that is as new as it is here is not to be trusted.
    const later = Date.now() / 1000 + 10;
    fs.utimesSync(path.join(world.shadow, '.git/index-sha'), later, later);
    expect(await recordSha(world.repo, OPTIONS)).toMatchObject({ commit: null, bytes: 0 });
    expect(canOriginalWork(world)).toEqual({ stat: false, sha: false });
  });

  test('of a repo that never ran sha here keeps what git-fso 0.1.0 knew', async () => {
    const world = makeOriginal();
    change(world, 'sub/new.dat', 'new\n');
    await recordStat(world.repo, OPTIONS);
    await handBack(world.repo, OPTIONS);
    const asked = watchProgram(world, 'sha-clean');
    expect(modifiedForOriginal(world, 'sha')).toEqual(['sub/new.dat']);
    expect(asked()).toEqual(['empty']);
  });

  test('does not vouch for files that changed since they were recorded', async () => {
    const world = await makeTakenOver();
    change(world, 'a.dat', 'content of A\n');
    fs.utimesSync(path.join(world.real, 'sub/b.dat'), LONG_AGO + 7, LONG_AGO + 7);
    const { indexes } = await handBack(world.repo, OPTIONS);
    expect(indexes.map(({ known }) => known)).toEqual([3, 3, 0]);
    expect(modifiedForOriginal(world, 'sha')).toEqual(['a.dat']);
    expect(modifiedForOriginal(world, 'stat')).toEqual(['a.dat', 'sub/b.dat']);
  });

  test('without a realdir vouches for nothing', async () => {
    const world = await makeTakenOver();
    fs.rmSync(world.real, { recursive: true });
    const { indexes } = await handBack(world.repo, OPTIONS);
    expect(indexes.map(({ known }) => known)).toEqual([0, 0, 0]);
    for (const facet of ['stat', 'sha', 'content']) expect(differences(world, facet)).toBe('');
  });

  test.each([
    ['before anything is back', () => undefined],
    ['when the refs are gone', ({ shadow }: World) => git(['update-ref', '-d', 'refs/fso/sha-seen'], shadow)],
    ['when the programs are back', ({ shadow }: World) => {
      git(['update-ref', '-d', 'refs/fso/sha-seen'], shadow);
      fs.renameSync(path.join(shadow, '.git/fso/bin.aside'), path.join(shadow, '.git/fso/bin'));
    }],
  ])('goes on after a crash %s', async (_title, crash) => {
    const world = await makeTakenOver();
    const backup = path.join(world.shadow, '.git/fso');
    await handBack(world.repo, OPTIONS);
    // The index files are written first.
    fs.renameSync(path.join(backup, 'bin'), path.join(backup, 'bin.aside'));
    fs.writeFileSync(path.join(backup, 'sha.git'), 'taken over\n');
    await recordSha(world.repo, OPTIONS);
    crash(world);
    expect(canOriginalWork(world).sha).toBe(false);
    const { indexes } = await handBack(world.repo, OPTIONS);
    expect(indexes.map(({ known }) => known)).toEqual([5, 5, 0]);
    expect(canOriginalWork(world)).toEqual({ stat: true, sha: true });
    expect(hiddenRefs(world)).toBe('');
  });
});

describe('git-fso handback', () => {
  test('says what it has done', async () => {
    const world = await makeTakenOver();
    expect(fso(['handback'], { cwd: world.shadow })).toEqual({
      status: 0,
      stderr: '',
      stdout:
        'index-stat: 9 paths, 5 files known to be unchanged\nindex-sha: 9 paths, 5 files known to be unchanged\n' +
        `index-content: 2 paths\n${world.shadow}: git-fso 0.1.0 can go on with it\n`,
    });
  });

  test('has nothing to do while git-fso 0.1.0 works on the repo', () => {
    const world = makeOriginal();
    const { stdout, status } = fso(['handback'], { cwd: world.shadow });
    expect(status).toBe(0);
    expect(stdout).toContain('nothing was recorded here');
  });

  test('of a repo that is not that of git-fso 0.1.0 says so, and writes index files if it must', async () => {
    const world = await makeWorld({ a: 'a\n' });
    await recordAll(world);
    expect(fso(['handback'], { cwd: world.shadow })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has not made this shadow repo') as string,
    });
    expect(fs.existsSync(path.join(world.shadow, '.git/index-stat'))).toBe(false);
    expect(fso(['handback', '--force'], { cwd: world.shadow }).status).toBe(0);
    for (const facet of ['stat', 'sha', 'content']) expect(differences(world, facet)).toBe('');
  });

  test('works on a repo whose programs never were there', async () => {
    const world = makeOriginal(undefined, '--without-bin');
    change(world, 'a.dat', 'another content\n');
    await recordAll(world);
    expect(fso(['handback', '--force'], { cwd: world.shadow }).status).toBe(0);
    for (const facet of ['stat', 'sha', 'content']) expect(differences(world, facet)).toBe('');
  });
});
