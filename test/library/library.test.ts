import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { acquireLock } from '../../src/shadow/lock/lock.js';
import { git } from '../harness/index.js';
import type { Scene } from './scene.js';
import { all, bytes, makeScene, NO_UTF8 } from './scene.js';

const HEX = /^[0-9a-f]{40}$/;

let top: Scene['top'];
let realdir: Scene['realdir'];
let shadow: Scene['shadow'];
let newRepo: Scene['newRepo'];

beforeEach(() => {
  ({ top, realdir, shadow, newRepo } = makeScene());
});

describe('a repo', () => {
  test('is created once, and opened by text or bytes', async () => {
    const { repo, created } = await library.createBelowRoot(shadow, Buffer.from(realdir));
    expect([created, (await library.createBelowRoot(shadow, realdir)).created]).toEqual([true, false]);
    expect(library.openRepo(Buffer.from(repo.directory))).toEqual(repo);
    expect(repo).toMatchObject({ realdir, directory: expect.stringContaining(`${shadow}${realdir}/`) as string });
    const here = path.join(top, 'here');
    fs.mkdirSync(here);
    expect((await library.createHere(here, realdir, { uuid: '12345678-1234-1234-1234-123456789abc' })).uuid).toBe(
      '12345678-1234-1234-1234-123456789abc',
    );
  });

  test.each(['data', '', 'a/\0'])('is not named by the relative path %j', (directory) => {
    expect(() => library.openRepo(directory)).toThrow(expect.objectContaining({ code: 'Usage' }));
  });

  test('is what its directory is at the time: one that is gone is an error', async () => {
    const repo = await newRepo();
    fs.rmSync(repo.directory, { recursive: true });
    await expect(library.recordStat(repo)).rejects.toMatchObject({ code: 'Failed', name: 'FsoError' });
  });

  test('that nobody has opened is refused', async () => {
    const { directory } = await newRepo();
    await expect(library.recordStat({ directory, realdir, uuid: null })).rejects.toMatchObject({ code: 'Usage' });
  });

  test('is recorded by every facet, with commits in hexadecimal', async () => {
    const repo = await newRepo();
    const results = [
      await library.recordStat(repo),
      await library.recordSha(repo),
      await library.recordContent(repo),
      await library.recordSot(repo),
      await library.recordTos(repo),
    ];
    expect(results.map(({ commit }) => commit)).toEqual(
      ['stat', 'sha', 'content', 'sot', 'tos'].map((facet) => git(['rev-parse', `master-${facet}`], repo.directory)),
    );
    await expect(library.recordArchive(repo)).rejects.toMatchObject({ code: 'Failed' });
  });

  test('commits in the name of whoever the environment names', async () => {
    const repo = await newRepo();
    await library.recordStat(repo, { env: { GIT_AUTHOR_NAME: 'A U Thor', GIT_AUTHOR_EMAIL: 'a@example.com' } });
    expect(git(['log', '-1', '--format=%an <%ae>', 'master-stat'], repo.directory)).toBe('A U Thor <a@example.com>');
    expect(library.readHead(repo).heads.stat).toMatchObject({ author: { name: 'A U Thor' }, commit: expect.stringMatching(HEX) as string });
  });

  test('tells of progress and changes with paths as text', async () => {
    const repo = await newRepo();
    const changes: string[] = [];
    let seen = 0;
    await library.recordSha(repo, {
      onChange: (letter, changed) => changes.push(`${letter} ${changed}`),
      onProgress: (visited) => (seen = visited),
    });
    expect(changes).toEqual(expect.arrayContaining(['? sub/gr\u00fcn', `? sub/${NO_UTF8}`]));
    expect(seen).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.entries({
    recordStat: library.recordStat, recordSha: library.recordSha, recordContent: library.recordContent, recordTos: library.recordTos,
    status: library.status, applyStub: library.applyStub, collectGarbage: library.collectGarbage,
  }))('%s ends with the reason of a signal', async (_name, operation) => {
    const repo = await newRepo();
    const before = library.readHead(repo);
    const reason = new Error('enough');
    await expect(operation(repo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(library.readHead(repo)).toEqual(before);
  });

  test('is left as it is by a run that is cancelled meanwhile', async () => {
    const repo = await newRepo();
    for (let i = 0; i < 3000; i++) fs.mkdirSync(path.join(realdir, String(i)));
    const before = library.readHead(repo);
    const cancel = new AbortController();
    const running = library.recordStat(repo, { signal: cancel.signal, onProgress: () => cancel.abort() });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(library.readHead(repo)).toEqual(before);
  });

  test('that another process locks is a LockedError after waitMs', async () => {
    const repo = await newRepo();
    const lock = await acquireLock(path.join(repo.directory, '.git/fso/lock'), 'exclusive', { waitMs: 0, command: 'a backup' });
    try {
      await expect(library.recordStat(repo, { waitMs: 0 })).rejects.toMatchObject({
        code: 'Locked',
        message: expect.stringContaining('a backup') as string,
      });
    } finally {
      lock.release();
    }
  });
});

describe('what is recorded', () => {
  test('is listed, now and before, with paths that can be given back', async () => {
    const { repo } = await library.createBelowRoot(shadow, realdir, { env: { GIT_COMMITTER_DATE: '1400000000 +0000' } });
    await library.recordStat(repo, { env: { GIT_COMMITTER_DATE: '1500000000 +0000' } });
    fs.writeFileSync(path.join(realdir, 'later'), '');
    await library.recordStat(repo, { env: { GIT_COMMITTER_DATE: '1600000000 +0000' } });
    const paths = async (options: library.ListRecordsOptions): Promise<string[]> =>
      (await all(library.listRecords(repo, options))).map((row) => row.path);
    expect(await paths({})).toEqual(['.', 'README.md', 'later', 'sub', 'sub/gr\u00fcn', `sub/${NO_UTF8}`]);
    expect(await paths({ at: new Date(1_550_000_000_000) })).not.toContain('later');
    expect(await paths({ revision: 'master-stat~1' })).not.toContain('later');
    expect(await paths({ path: `sub/${NO_UTF8}` })).toEqual([`sub/${NO_UTF8}`]);
    expect(await paths({ path: bytes('sub/\xe9') })).toEqual([`sub/${NO_UTF8}`]);
    expect(await all(library.listRecords(repo, { path: 'sub/gr\u00fcn' }))).toMatchObject([{ mode: '100000', size: 5 }]);
    await expect(paths({ at: new Date(0) })).rejects.toThrow('records begin');
    await expect(paths({ at: 'now', revision: 'HEAD' })).rejects.toMatchObject({ code: 'Usage' });
  });

  test('is shown, counted and compared', async () => {
    const repo = await newRepo();
    await library.recordStat(repo);
    await library.recordSha(repo);
    const { stat, sha, content } = library.showRecords(repo, 'sub/gr\u00fcn');
    expect([stat?.commit, sha?.commit]).toEqual(['stat', 'sha'].map((facet) => git(['rev-parse', `master-${facet}`], repo.directory)));
    expect([stat?.body.toString(), content]).toEqual([expect.stringContaining('size: 5'), null]);
    expect(library.summarize(repo)).toEqual({ numFiles: 4, numDirs: 1, numOther: 0 });
    fs.appendFileSync(bytes(`${realdir}/sub/\xe9`), '.');
    expect((await library.status(repo)).entries).toEqual([{ letter: 'M', path: `sub/${NO_UTF8}` }]);
  });

  test('has metadata of people, changed only in the expected state', async () => {
    const repo = await newRepo();
    const first = await library.setMetadata(repo, [
      { path: 'sub/', merge: { note: 'raw', path: '\u00fc' } },
      { path: `sub/${NO_UTF8}`, replaceBy: new Map([['year', 2017]]) },
    ]);
    expect(first).toMatchObject({ isNewCommit: true, uuid: repo.uuid, gitNogCommit: library.readHead(repo).gitNogCommit });
    expect(first.heads.meta?.commit).toBe(git(['rev-parse', 'master-meta'], repo.directory));
    expect([...library.listMetadata(repo)]).toEqual([
      {
        path: 'sub/',
        metadata: new Map([
          ['note', 'raw'],
          ['path', '\u00fc'],
        ]),
      },
      { path: `sub/${NO_UTF8}`, metadata: new Map([['year', 2017]]) },
    ]);
    await expect(library.setMetadata(repo, [{ path: '.', removeKeys: ['a'] }], { expectedCommit: '0'.repeat(40) })).rejects.toThrow(
      'mismatch',
    );
    await expect(library.setMetadata(repo, [], { expectedCommit: 'master' })).rejects.toMatchObject({ code: 'Usage' });
    await library.setMetadata(repo, [{ path: 'sub/', removeKeys: ['path'] }], {
      expectedCommit: first.heads.meta?.commit ?? '',
      expectedGitNogCommit: first.gitNogCommit,
      message: 'less',
    });
    expect(library.getMetadata(repo, 'sub/')).toEqual(new Map([['note', 'raw']]));
    expect(library.getMetadata(repo)).toEqual(new Map());
  });
});

describe('the stub', () => {
  test('is previewed, edited, applied and read', async () => {
    const repo = await newRepo();
    await library.recordStat(repo);
    expect(await library.previewStub(repo, { bundle: '/sub/' })).toMatchObject({ bundled: ['sub'], replaced: 2 });
    const { stub, applied } = await library.editStub(repo, { ignore: 'gr\u00fcn' });
    expect(stub).toBe(git(['rev-parse', 'master-stub'], repo.directory));
    expect(applied).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ facet: 'stat', commit: git(['rev-parse', 'master-stat'], repo.directory), conflicts: [] }),
      ]),
    );
    expect(library.readStub(repo)).toEqual({ '.gitignore': 'gr\u00fcn\n' });
    await library.editStub(repo, { change: ({ '.gitignore': text = '' }) => ({ '.gitignore': `${text}*.tmp\n` }) });
    expect(library.readStub(repo)['.gitignore']).toBe('gr\u00fcn\n*.tmp\n');
    expect((await library.applyStub(repo)).map(({ commit }) => commit)).toEqual([null, null, null]);
    expect(await library.reinit(repo, 'ignore-most')).toMatchObject({ stub: expect.stringMatching(HEX) as string, dropped: 2 });
  });
});

describe('maintenance', () => {
  test('checks, compresses, moves and hands back', async () => {
    const repo = await newRepo();
    await library.recordStat(repo);
    expect(await library.checkRepo(repo.directory)).toMatchObject({ errors: 0 });
    expect((await library.collectGarbage(repo, { expireMs: 0 })).after.packs).toBe(1);
    const renamed = path.join(top, 'project/renamed');
    fs.renameSync(realdir, renamed);
    const { repo: moved, putAside } = await library.moveRepo(repo, renamed);
    expect([moved.realdir, putAside]).toEqual([renamed, null]);
    expect(moved.directory).toContain(renamed);
    await expect(library.handBack(moved)).rejects.toThrow('0.1.0');
    expect((await library.handBack(moved, { force: true })).indexes.map(({ facet }) => facet)).toContain('stat');
  });
});
