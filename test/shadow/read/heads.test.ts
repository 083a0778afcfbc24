import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import type { HeadFacet } from '../../../src/shadow/facets.js';
import { gitNogCommit, gitNogCommitOf, readHeads } from '../../../src/shadow/read/heads.js';
import { WHO } from '../../git/repository.js';
import { git } from '../../harness/index.js';
import { RecordedRepository } from '../../history/recorded-tree.js';

const STAT = oidFromHex('460621bc552cb53c75ac9e86d37fccf5ced88127');
const META = oidFromHex('a9993e364706816aba3e25717850c26c9cd0d89d');
const NONE: Readonly<Record<HeadFacet, Oid | null>> = { stat: null, sha: null, meta: null, content: null };


describe('gitNogCommit', () => {
  test('is that of the reference', () => {
    expect(gitNogCommit(NONE)).toBe('c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a');
    expect(gitNogCommit({ ...NONE, stat: STAT })).toBe('85f6388c2b9c07842247107a8227d86c7c707dc07ee020dcfe81ca5ab912da29');
    expect(gitNogCommit({ ...NONE, stat: STAT, meta: META })).toBe('f88edd8b78bdaf135ec07f4db86e37a5a3737a0c54c1dce5e0d0c8048a73563a');
  });

  test('depends on which branch has the commit', () => {
    const all = (['stat', 'sha', 'meta', 'content'] as const).map((facet) => gitNogCommit({ ...NONE, [facet]: STAT }));
    expect(new Set(all).size).toBe(4);
    const message = Buffer.concat([Buffer.from('2214', 'hex'), Buffer.from(STAT, 'latin1')]);
    expect(all[3]).toBe(createHash('sha512-256').update(message).digest('hex'));
  });
});

describe('readHeads', () => {
  test('reads commits with author and committer; an absent branch is no error', () => {
    const repository = new RecordedRepository();
    repository.record('master-sha', { a: '' });
    repository.record('master-stat', { a: '' }, 1_600_000_000);
    const heads = readHeads(repository.gitDir);
    expect([heads.meta, heads.content]).toEqual([null, null]);
    expect(heads.stat).toMatchObject({ author: { ...WHO, seconds: 1_600_000_000 }, committer: { ...WHO, seconds: 1_600_000_000 } });
    expect(heads.sha === null ? null : oidToHex(heads.sha.commit)).toBe(git(['rev-parse', 'master-sha'], repository.dir));
    const { sha, stat } = { sha: heads.sha?.commit ?? null, stat: heads.stat?.commit ?? null };
    expect(gitNogCommitOf(heads)).toBe(gitNogCommit({ ...NONE, sha, stat }));
  });

  test('names the branch whose commit is missing', () => {
    const repository = new RecordedRepository();
    fs.writeFileSync(path.join(repository.gitDir, 'refs/heads/master-meta'), `${oidToHex(META)}\n`);
    expect(() => readHeads(repository.gitDir)).toThrow(/^refs\/heads\/master-meta: .*a9993e3647.* is missing/);
  });
});
