import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { acceptFindings, findingsAt } from '../../../src/facets/verify/accept-findings.js';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { git } from '../../harness/index.js';
import type { World } from '../world.js';
import { OPTIONS } from '../world.js';
import { hashedWorld, putBack, verify } from './verified-world.js';

const refs = ({ repo }: World): string[] => git(['for-each-ref', '--format=%(refname)'], repo.directory).split('\n');
const found = ({ repo }: World): string[] => [...findingsAt(repo, [''])].map(([at, finding]) => `${at} ${finding.class}`);

/** A file is replaced by another one of its size and mtime before anything was verified, and `sha` records that. */
async function rewritten(): Promise<World> {
  const world = await hashedWorld(['a', 'd/b']);
  const file = path.join(world.real, 'd/b');
  fs.writeFileSync(`${file}.new`, 'content of d/B\n');
  fs.renameSync(`${file}.new`, file);
  putBack(world, 'd/b');
  await recordSha(world.repo, OPTIONS);
  return world;
}

it('what sha finds rewritten in a repo that was never verified is a finding, and no branch that the original does not have', async () => {
  const world = await rewritten();
  expect(found(world)).toEqual(['d/b rewritten']);
  expect(refs(world)).toContain('refs/fso/findings');
  expect(refs(world)).not.toContain('refs/heads/master-verify');
});

it('the first run of verify takes findings over that were held back', async () => {
  const world = await rewritten();
  await verify(world);
  expect(found(world)).toEqual(['d/b rewritten']);
  expect(refs(world)).toContain('refs/heads/master-verify');
  expect(refs(world)).not.toContain('refs/fso/findings');
});

it('a finding that was held back can be accepted', async () => {
  const world = await rewritten();
  await acceptFindings(world.repo, ['d/b'], OPTIONS);
  expect(found(world)).toEqual([]);
  expect(refs(world)).not.toContain('refs/fso/findings');
});
