import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyStub } from '../../src/stub/apply-stub.js';
import { recordContent } from '../../src/facets/content/content.js';
import { reinit } from '../../src/stub/reinit.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordSot } from '../../src/facets/combined/record-sot.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../src/facets/stat/status.js';
import { recordTos } from '../../src/facets/combined/record-tos.js';
import { commitByHand, expectCleanStub, OPTIONS, recordAll, recorded } from '../facets/world.js';
import type { World } from '../facets/world.js';
import { fso, git } from '../harness/index.js';
import { canOriginalWork, change, makeOriginal, trees } from './original.js';

const headOf = ({ shadow }: World, branch: string): string => git(['rev-parse', branch], shadow);
const parentOf = ({ shadow }: World, branch: string): string => git(['rev-parse', `${branch}^1`], shadow);

describe('a shadow repo of git-fso 0.1.0', () => {
  test.each([[[]], [['--without-bin']]])('has nothing to record while the realdir is unchanged %j', async (flags) => {
    const world = makeOriginal(undefined, ...flags);
    const before = trees(world);
      for (const run of [recordStat, recordSha, recordContent]) expect((await run(world.repo, OPTIONS)).commit).toBeNull();
    await recordSot(world.repo, OPTIONS);
    await recordTos(world.repo, OPTIONS);
    expect(trees(world)).toBe(before);
    expect(git(['fsck', '--strict', '--no-dangling'], world.shadow)).toBe('');
  });

  test('gets its HEAD back where an interrupted run has left it on another branch', async () => {
    const world = makeOriginal();
    git(['symbolic-ref', 'HEAD', 'refs/heads/master-stat'], world.shadow);
    change(world, 'a.dat', 'another content of a\n');
    expect((await recordStat(world.repo, OPTIONS)).modified).toBe(1);
    expect(git(['symbolic-ref', 'HEAD'], world.shadow)).toBe('refs/heads/master-stub');
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
    const before = headOf(world, 'master-stat');
    git(['commit', '-q', '--allow-empty', '-m', 'by hand'], world.shadow);
    expect(headOf(world, 'master-stat')).toBe(before);
  });

  test('is continued on every branch', async () => {
    const world = makeOriginal();
    const branches = ['stat', 'sha', 'content', 'sot', 'tos'].map((facet) => `master-${facet}`);
    const before = new Map(branches.map((branch) => [branch, headOf(world, branch)]));
    change(world, 'README.md', 'read me again\n');
    fs.rmSync(path.join(world.real, 'a.dat'));
    await recordAll(world);
    await recordSot(world.repo, OPTIONS);
    await recordTos(world.repo, OPTIONS);
    for (const branch of branches) expect(parentOf(world, branch)).toBe(before.get(branch));
    expect(Object.keys(recorded(world, 'master-sha')).sort()).toEqual(['README.md', 'empty', 'link', 'sub/b.dat', 'sub/deep/c.dat']);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'read me again\n' });
    expect(recorded(world, 'master-stat')['README.md']).toContain('size: 14\n');
    for (const run of [recordStat, recordSha, recordContent, recordSot, recordTos]) {
      expect((await run(world.repo, OPTIONS)).commit).toBeNull();
    }
  });

  test('gets an edited stub', async () => {
    const world = makeOriginal();
    commitByHand(world, 'master-stub', { '.gitignore': '*.tmp\n' });
    git(['reset', '--hard', '-q'], world.shadow);
    await applyStub(world.repo, OPTIONS);
    change(world, 'new.tmp', 'x');
    change(world, 'new.dat', 'x');
    await recordAll(world);
    for (const branch of ['master-stat', 'master-sha']) {
      expect(recorded(world, branch)).toHaveProperty(['new.dat']);
      expect(recorded(world, branch)).not.toHaveProperty(['new.tmp']);
    }
  });

  test('is switched to another tracking', async () => {
    const world = makeOriginal();
    await reinit(world.repo, 'bundle-subdirs', OPTIONS);
    await recordAll(world);
    expectCleanStub(world, 'bundle-subdirs');
    expect(recorded(world, 'master-stat')['sub']).toContain('files: 2\n');
    expect(Object.keys(recorded(world, 'master-sha'))).not.toContain('sub/b.dat');
  });

  test('does not mind that the original was interrupted', async () => {
    const world = makeOriginal();
    const gitDir = path.join(world.shadow, '.git');
    const oid = git(['rev-parse', 'master-sha:a.dat'], world.shadow);
    const unmerged = [1, 2, 3].map((stage) => `100644 ${oid} ${stage}\ta.dat\n`).join('');
    for (const index of ['index-stat', 'index-sha', 'index-content']) {
      git(['update-index', '--index-info'], world.shadow, {
        env: { GIT_INDEX_FILE: path.join(gitDir, index) },
        input: `0 ${'0'.repeat(40)}\ta.dat\n${unmerged}`,
      });
      fs.writeFileSync(path.join(gitDir, `${index}.lock`), '');
    }
    // As a killed `stat` leaves them.
    fs.writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/master-stat\n');
    fs.writeFileSync(path.join(gitDir, 'info/attributes'), '* filter=stat -text\n');
    fs.writeFileSync(path.join(gitDir, 'info/exclude'), '*\n');
    const before = trees(world);
    expect(await statusOfStat(world.repo, OPTIONS)).toMatchObject({ entries: [] });
    await recordAll(world);
    expect(trees(world)).toBe(before);
    change(world, 'a.dat', 'changed\n');
    await recordAll(world);
    expect(recorded(world, 'master-sha')['a.dat']).toContain('size: 8\n');
  });
});

describe('git-fso 0.1.0', () => {
  test('may go on while nothing was recorded here', async () => {
    const world = makeOriginal();
    for (const command of ['stat', 'content', 'status']) {
      expect(fso([command], { cwd: world.shadow })).toMatchObject({ status: 0, stderr: '' });
    }
    expect(canOriginalWork(world)).toEqual({ stat: true, sha: true });
  });

  test('is kept from its stale index files as soon as something was', async () => {
    const world = makeOriginal();
    change(world, 'a.dat', 'changed\n');
    const { stderr } = fso(['stat'], { cwd: world.shadow });
    expect(stderr).toBe(
      `${world.shadow}: taken over from git-fso 0.1.0; \`git-fso handback\` gives it back\n` +
        `${world.shadow}: was open to others, and is closed now; see shadowMode in docs/configuration.md\n`,
    );
    expect(canOriginalWork(world)).toEqual({ stat: false, sha: false });
    expect(fso(['sha'], { cwd: world.shadow })).toMatchObject({ status: 0, stderr: '' });
  });
});
