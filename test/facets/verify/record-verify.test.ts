import { describe, expect, it } from 'vitest';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { findingsAt } from '../../../src/facets/verify/accept-findings.js';
import { verifyStatus } from '../../../src/facets/verify/verify-status.js';
import { git } from '../../harness/index.js';
import type { World } from '../world.js';
import { OPTIONS, recorded } from '../world.js';
import { flip, hashedWorld, rangesOf, verify } from './verified-world.js';

function readings({ shadow }: World): string {
  return git(['show', 'master-verify:.nogreadings'], shadow);
}

describe('verify', () => {
  it('reads all, finds nothing wrong, and says what it has read', async () => {
    const world = await hashedWorld(['a', 'd/b', 'd/e/c', 'z']);
    const result = await verify(world);
    expect(result.integrity).toEqual({ intact: 4, changed: 0, unreadable: 0, corrupt: 0, rewritten: 0 });
    expect(readings(world)).toMatch(/^round: \d+\nreadings:\n- \{"from":"","begin":\d+,"end":\d+,"files":4,"bytes":58\}$/);
  });

  it('finds a file that was written with its mtime put back', async () => {
    const world = await hashedWorld(['a', 'd/b', 'z']);
    flip(world, 'd/b');
    const result = await verify(world);
    expect(result.integrity).toMatchObject({ intact: 2, corrupt: 0, rewritten: 1 });
    expect(recorded(world, 'master-verify')).toEqual({
      'd/b': expect.stringMatching(
        /^name: "b"\nclass: "rewritten"\nsize: 15\nsha256: "\w{64}"\nfound: "\w{64}"\nlastGood: \d+\nfirstBad: \d+\nfile: "[\d ]+"\n$/,
      ),
    });
    expect((await verify(world)).integrity).toMatchObject({ intact: 2, rewritten: 1 });
  });

  it('goes on where its budget has ended, and reads nothing twice in a round', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `d${index % 3}/f${index}`);
    const world = await hashedWorld(names);
    const counts: number[] = [];
    for (let night = 0; night < 5; night += 1) counts.push((await verify(world, { limit: { bytes: 40 } })).integrity.intact);
    // The fourth night comes to the end of the round, the fifth begins another one.
    expect(counts).toEqual([3, 3, 3, 1, 3]);
    expect(rangesOf(world)).toHaveLength(4);
    await verify(world);
    expect(rangesOf(world)).toHaveLength(2);
  });

  it('passes over what was hashed or verified not long ago', async () => {
    const world = await hashedWorld(['a', 'b', 'd/c']);
    const since = new Date(Date.now() - 3_600_000);
    expect((await verify(world, { unreadSince: since })).integrity.intact).toBe(0);
    const later = new Date(Date.now() + 3_600_000);
    expect((await verify(world, { unreadSince: later })).integrity.intact).toBe(3);
    const now = (): Date => new Date(later.getTime() + 1000);
    await verify(world, { paths: ['b', 'd'], now });
    expect((await verify(world, { unreadSince: later, now })).integrity.intact).toBe(1);
  });

  it('reads a part only, and goes on with the round as if it had not', async () => {
    const world = await hashedWorld(['a', 'b', 'b.txt', 'c', 'd/e', 'd/f', 'd0']);
    await verify(world, { limit: { bytes: 1 } });
    expect((await verify(world, { paths: ['d'] })).integrity.intact).toBe(2);
    expect(rangesOf(world).at(-1)).toMatch(/^- \{"from":"d\/","before":"d0",/);
    expect((await verify(world, { limit: { bytes: 1000 } })).integrity.intact).toBe(6);
  });

  it('believes lists of what was hashed that have no ctime, and judges by the time of the record', async () => {
    const world = await hashedWorld(['1 2 3 name', 'a', 'b']);
    const list = git(['cat-file', 'blob', 'refs/fso/sha-seen:.nogseen'], world.shadow);
    expect(list.startsWith('+')).toBe(true);
    const old = list.split('\0').map((entry) => entry.replace(/^\+(\S+ \S+ \S+) \S+/, '$1')).join('\0');
    const blob = git(['hash-object', '-w', '--stdin'], world.shadow, { input: old });
    const tree = git(['mktree'], world.shadow, { input: `100644 blob ${blob}\t.nogseen\n` });
    git(['update-ref', 'refs/fso/sha-seen', tree], world.shadow);
    expect(await recordSha(world.repo, OPTIONS)).toMatchObject({ bytes: 0, commit: null });
    expect(git(['rev-parse', 'refs/fso/sha-seen'], world.shadow)).toBe(tree);
    flip(world, 'b');
    await verify(world);
    expect(findingsAt(world.repo, ['']).get('b')?.class).toBe('rewritten');
    // A right reading is what ctimes are known from now on.
    expect(git(['cat-file', 'blob', 'refs/fso/sha-seen:.nogseen'], world.shadow).match(/\+/g)).toHaveLength(2);
  });

  it('tells when what was read', async () => {
    const world = await hashedWorld(['a', 'b', 'c']);
    const day = 86_400;
    const begun = Math.floor(Date.now() / 1000);
    await verify(world, { paths: ['a'], now: () => new Date((begun + 40 * day) * 1000) });
    await verify(world, { paths: ['b'], now: () => new Date((begun + 99 * day) * 1000) });
    const status = verifyStatus(world.repo, begun + 100 * day);
    expect(status.read.map(({ files }) => files)).toEqual([1, 1, 2]);
    expect(status).toMatchObject({ all: { files: 3, bytes: 39 }, never: { files: 1, bytes: 13 }, corrupt: 0, rewritten: 0, bytesADay: 13 });
    expect(status.oldest).toBeGreaterThanOrEqual(begun - 60);
    expect(status.oldest).toBeLessThanOrEqual(begun + 60);
  });
});
