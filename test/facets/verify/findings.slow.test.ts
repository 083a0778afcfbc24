import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptFindings, findingsAt } from '../../../src/facets/verify/accept-findings.js';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import type { World } from '../world.js';
import { OPTIONS, recorded } from '../world.js';
import { flip, hashedWorld, LONG_AGO, putBack, verify } from './verified-world.js';

function findings({ repo }: World): Record<string, string> {
  return Object.fromEntries([...findingsAt(repo, [''])].map(([at, finding]) => [at, finding.class]));
}

const at = ({ real }: World, name: string): string => path.join(real, name);

async function rotten(): Promise<World> {
  const world = await hashedWorld(['d/a', 'd/b', 'e/c']);
  flip(world, 'd/b');
  await verify(world);
  expect(findings(world)).toEqual({ 'd/b': 'rewritten' });
  return world;
}

describe('a finding', () => {
  it('goes when the file has its bytes again, also with another inode', async () => {
    const world = await rotten();
    fs.rmSync(at(world, 'd/b'));
    fs.writeFileSync(at(world, 'd/b'), 'content of d/b\n');
    putBack(world, 'd/b');
    await verify(world);
    expect(findings(world)).toEqual({});
  });

  it('goes when the file is gone', async () => {
    const world = await rotten();
    fs.rmSync(at(world, 'd/b'));
    await verify(world);
    expect(findings(world)).toEqual({});
  });

  it('is not made by renaming a directory of thousands of files, each of which is looked up where it was', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `d/${index}`);
    const world = await hashedWorld(names);
    fs.renameSync(at(world, 'd'), at(world, 'moved'));
    const { warnings } = await recordSha(world.repo, OPTIONS);
    expect(warnings).toEqual([]);
    expect(findings(world)).toEqual({});
  });

  it('follows a file that is renamed, before and after sha has seen that', async () => {
    const world = await rotten();
    fs.renameSync(at(world, 'd'), at(world, 'moved'));
    await verify(world);
    expect(findings(world)).toEqual({ 'moved/b': 'rewritten' });
    fs.renameSync(at(world, 'moved/b'), at(world, 'e/again'));
    const { warnings } = await recordSha(world.repo, OPTIONS);
    expect(warnings.map((warning) => warning.path)).toEqual(['e/again']);
    expect(findings(world)).toEqual({ 'moved/b': 'rewritten', 'e/again': 'rewritten' });
    await verify(world);
    expect(findings(world)).toEqual({ 'e/again': 'rewritten' });
  });

  it('is not lost where sha has recorded the wrong bytes, and the right ones come back', async () => {
    const world = await rotten();
    fs.renameSync(at(world, 'd/b'), at(world, 'd/z'));
    await recordSha(world.repo, OPTIONS);
    await verify(world);
    expect(findings(world)).toEqual({ 'd/z': 'rewritten' });
    fs.writeFileSync(at(world, 'd/z'), 'content of d/b\n');
    putBack(world, 'd/z');
    await verify(world);
    expect(findings(world)).toEqual({});
    await recordSha(world.repo, OPTIONS);
    await verify(world);
    expect(findings(world)).toEqual({});
    const sum = createHash('sha256').update('content of d/b\n').digest('hex');
    expect(recorded(world, 'master-sha')['d/z']).toContain(sum);
  });

  it('is one of each name of a file', async () => {
    const world = await rotten();
    fs.linkSync(at(world, 'd/b'), at(world, 'e/second'));
    await recordSha(world.repo, OPTIONS);
    expect(findings(world)).toEqual({ 'd/b': 'rewritten', 'e/second': 'rewritten' });
  });

  it('stays when the owner writes the file, and goes when it is accepted', async () => {
    const world = await rotten();
    fs.appendFileSync(at(world, 'd/b'), 'more');
    await recordSha(world.repo, OPTIONS);
    await verify(world);
    expect(findings(world)).toEqual({ 'd/b': 'rewritten' });
    expect(await acceptFindings(world.repo, ['d/b'], OPTIONS)).toEqual(['d/b']);
    await verify(world);
    expect(findings(world)).toEqual({});
  });

  it('that is accepted has its checksum recorded', async () => {
    const world = await rotten();
    const before = recorded(world, 'master-sha')['d/b'];
    await acceptFindings(world.repo, ['d'], OPTIONS);
    expect(recorded(world, 'master-sha')['d/b']).not.toBe(before);
    expect((await verify(world)).integrity).toMatchObject({ intact: 3, corrupt: 0, rewritten: 0 });
    expect((await recordSha(world.repo, OPTIONS)).commit).toBeNull();
  });
});

describe('sha', () => {
  it('makes a finding of another file with the same size and mtime', async () => {
    const world = await hashedWorld(['a', 'b']);
    fs.writeFileSync(at(world, 'new'), 'CONTENT of b\n');
    fs.renameSync(at(world, 'new'), at(world, 'b'));
    putBack(world, 'b');
    await recordSha(world.repo, OPTIONS);
    expect(findings(world)).toEqual({ b: 'rewritten' });
    await recordSha(world.repo, OPTIONS);
    await verify(world);
    expect(findings(world)).toEqual({ b: 'rewritten' });
  });

  it('makes a finding of a file that has changed without a trace before it was renamed', async () => {
    const world = await hashedWorld(['a', 'b', 'old/c']);
    flip(world, 'b');
    flip(world, 'old/c');
    fs.renameSync(at(world, 'b'), at(world, 'z'));
    fs.renameSync(at(world, 'old'), at(world, 'new'));
    await recordSha(world.repo, OPTIONS);
    expect(findings(world)).toEqual({ z: 'rewritten', 'new/c': 'rewritten' });
  });

  it('makes none of files that are renamed, linked, restored, or written', async () => {
    const world = await hashedWorld(['a', 'b', 'c', 'd', 'e', 'f']);
    fs.renameSync(at(world, 'a'), at(world, 'a2'));
    fs.linkSync(at(world, 'b'), at(world, 'b2'));
    fs.copyFileSync(at(world, 'c'), at(world, 'copy'));
    fs.renameSync(at(world, 'copy'), at(world, 'c'));
    putBack(world, 'c');
    fs.writeFileSync(at(world, 'd'), 'CONTENT of d\n');
    fs.utimesSync(at(world, 'd'), LONG_AGO, LONG_AGO + 0.5);
    fs.renameSync(at(world, 'e'), at(world, 'swap'));
    fs.renameSync(at(world, 'f'), at(world, 'e'));
    fs.renameSync(at(world, 'swap'), at(world, 'f'));
    await verify(world);
    expect(findings(world)).toEqual({});
    await recordSha(world.repo, OPTIONS);
    await verify(world);
    expect(findings(world)).toEqual({});
  });
});
