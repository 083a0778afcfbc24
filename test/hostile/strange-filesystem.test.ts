import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordContent } from '../../src/facets/content/content.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../src/facets/stat/status.js';
import { setGitEnvironment } from '../../src/git/process/run-git.js';
import { checkRepo } from '../../src/shadow/check/check-repo.js';
import { createHere } from '../../src/shadow/create/create-here.js';
import { Gate } from '../../src/shadow/gate/gate.js';
import type { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { changeStub, OPTIONS, problemsOf } from '../facets/world.js';
import { cleanEnvironment, git, tempDir } from '../harness/index.js';
import type { StrangeFilesystem } from './fuse/strange-filesystem.js';
import { mountStrange, canMountStrange } from './fuse/strange-filesystem.js';

describe.skipIf(!canMountStrange())('a filesystem with faults (needs root, /dev/fuse, gcc and libfuse3-dev)', () => {
  let strange: StrangeFilesystem;
  let repo: ShadowRepo;
  let shadow: string;

  beforeAll(() => {
    setGitEnvironment(cleanEnvironment());
    strange = mountStrange(path.join(tempDir(), 'real'));
  });

  afterAll(() => {
    strange.unmount();
    setGitEnvironment({});
  });

  beforeEach(async () => {
    strange.show(true);
    shadow = path.join(tempDir(), 'shadow');
    fs.mkdirSync(shadow);
    repo = await createHere(shadow, strange.at, { ...OPTIONS, tracking: 'enter-subdirs' });
  });

  const names = (branch: string): string[] =>
    git(['ls-tree', '-r', '--name-only', branch], shadow)
      .split('\n')
      .filter((name) => !/\.(git|nog)/.test(name));
  const fsck = (): string => git(['fsck', '--full', '--strict', '--no-dangling'], shadow);

  test('a name that is listed twice is recorded once, with a warning, on every facet and in sums', async () => {
    const stat = await recordStat(repo, OPTIONS);
    const sha = await recordSha(repo, OPTIONS);
    for (const { warnings } of [stat, sha]) {
      expect(warnings).toContainEqual({ path: 'twice', message: expect.stringContaining('lists "a" and 1 more more than once') });
    }
    for (const branch of ['master-stat', 'master-sha']) {
      expect(names(branch).filter((name) => name.startsWith('twice/'))).toEqual(['twice/a', 'twice/b', 'twice/sub/c']);
    }
    const top = git(['show', 'master-stat:.nogtree'], shadow);
    expect(top).toContain('dirs: 6\nfiles: 9\n');
    expect(fsck()).toBe('');
    expect((await recordStat(repo, OPTIONS)).commit).toBeNull();
    expect((await statusOfStat(repo)).entries).toEqual([]);
    await changeStub({ dir: '', real: strange.at, shadow, repo }, { '.gitattributes': '/twice/ nogbundle\n', '.nogbundles': 'twice\n' });
    await recordStat(repo, OPTIONS);
    expect(git(['show', 'master-stat:twice'], shadow)).toContain('dirs: 2\nfiles: 3\n');
  });

  test('a directory that cannot be listed although it is there keeps its records, and is reported', async () => {
    await recordStat(repo, OPTIONS);
    await recordSha(repo, OPTIONS);
    strange.show(false);
    for (const record of [recordStat, recordSha]) {
      const result = await record(repo, OPTIONS);
      expect(result).toMatchObject({ commit: null, deleted: 0 });
      expect(problemsOf(result)).toEqual({ hidden: expect.stringContaining('denies it'), emptied: expect.stringContaining('denies it') });
    }
    const { entries, result } = await statusOfStat(repo);
    expect(entries).toEqual([]);
    expect(result.problems).toHaveLength(2);
    // A sum over such a directory is not made smaller.
    const renewed = await recordStat(repo, { ...OPTIONS, mtimeRange: 'range' });
    expect(renewed.commit).toBeNull();
    expect(renewed.problems.length).toBeGreaterThan(0);
  });

  test('bytes that the size does not tell of are never recorded as the checksum of something else', async () => {
    await recordStat(repo, OPTIONS);
    const { warnings } = await recordSha(repo, OPTIONS);
    for (const name of ['sizes/empty', 'sizes/short', 'README.md']) {
      expect(warnings).toContainEqual({ path: name, message: expect.stringContaining('more bytes than its size says') });
    }
    expect(names('master-sha').filter((name) => /sizes|README/.test(name))).toEqual(['sizes/true']);
    expect(problemsOf(await recordContent(repo, OPTIONS))).toEqual({
      'README.md': expect.stringContaining('more bytes than its size says'),
    });
    expect(names('master-content')).toEqual([]);
  });

  test('trees with double entries, as version 0.2.0 made them, are reported, mended by check, and by the next run', async () => {
    await recordStat(repo, OPTIONS);
    await recordSha(repo, OPTIONS);
    const good = git(['rev-parse', 'master-stat^{tree}'], shadow);
    double('master-stat', 'twice');
    double('master-sha', 'twice');
    const found = await checkRepo(shadow, OPTIONS);
    expect(found.findings.filter(({ severity }) => severity === 'error').map(({ place }) => place)).toEqual([
      'master-stat:twice/a',
      'master-sha:twice/a',
    ]);
    const doubled = git(['rev-parse', 'master-stat'], shadow);
    const repaired = await checkRepo(shadow, { ...OPTIONS, repair: true });
    expect(repaired.errors, JSON.stringify(repaired.findings)).toBe(0);
    expect(git(['rev-parse', 'master-stat^{tree}'], shadow)).toBe(good);
    expect(git(['rev-parse', 'master-stat^'], shadow)).toBe(doubled);
    expect((await recordStat(repo, OPTIONS)).commit).toBeNull();

    double('master-stat', 'twice');
    expect((await statusOfStat(repo)).entries).toEqual([{ letter: 'M', path: 'twice' }]);
    expect(await recordStat(repo, OPTIONS)).toMatchObject({ added: 0, modified: 1, deleted: 0 });
    expect(git(['rev-parse', 'master-stat^{tree}'], shadow)).toBe(good);
  });

  test('double entries are mended under the gate that the repo has passed, each time it is opened', async () => {
    await recordStat(repo, OPTIONS);
    double('master-stat', 'twice');
    const gate = new Gate({ shadowRoot: path.dirname(shadow) });
    const admits = vi.spyOn(gate, 'admits');
    const byDefault = vi.spyOn(Gate.prototype, 'admits');
    expect((await checkRepo(shadow, { ...OPTIONS, gate, repair: true })).errors).toBe(0);
    expect(admits.mock.calls.length).toBeGreaterThan(1);
    expect(byDefault.mock.contexts.filter((used) => used !== gate)).toEqual([]);
    vi.restoreAllMocks();
  });

  /** Commits a tree in which each entry of a directory is there twice. */
  function double(branch: string, directory: string): void {
    const raw = (tree: string): Buffer => Buffer.concat(git(['ls-tree', tree], shadow).split('\n').map((line) => {
      const [, mode = '', oid = '', name = ''] = /^(\d+) \w+ (\w+)\t(.*)$/.exec(line) ?? [];
      return Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(oid, 'hex')]);
    }).flatMap((entry) => (entry.includes('.nogtree') ? [entry] : [entry, entry])));
    const write = (body: Buffer): string => git(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], shadow, { input: body });
    const inner = write(raw(`${branch}:${directory}`));
    const outer = git(['ls-tree', branch], shadow)
      .split('\n')
      .map((line) => (line.endsWith(`\t${directory}`) ? `040000 tree ${inner}\t${directory}` : line));
    const tree = git(['mktree'], shadow, { input: `${outer.join('\n')}\n` });
    git(['update-ref', `refs/heads/${branch}`, git(['commit-tree', '-p', branch, '-m', 'double', tree], shadow)], shadow);
  }
});
