import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordSha } from '../../../src/facets/sha/record-sha.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { createHere } from '../../../src/shadow/create/create-here.js';
import type { RunOptions } from '../../../src/shadow/transaction/run-options.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import type { ByteString } from '../../../src/util/byte-string.js';
import type { TreeSpec } from '../../harness/index.js';
import { buildTree, cleanEnvironment, git, gitBuffer, removeTree, tempDir } from '../../harness/index.js';
import type { RealNode } from '../../model/real-tree.js';
import { readRealTree } from '../../model/real-tree.js';
import { directoryOnStat, fileOnSha, fileOnStat, nameOnly, toplevelOnSha, toplevelOnStat } from '../../model/record-texts.js';

const RUNS = 30;
const OPTIONS: RunOptions = { env: cleanEnvironment(), waitMs: 0, command: 'test' };

/** Names that a filesystem allows and that are tracked; all bytes but NUL and the slash occur. */
const name: fc.Arbitrary<ByteString> = fc
  .oneof(
    fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 8 }).map((codes) => String.fromCharCode(...codes)),
    // Git sorts directories as if their name ended with a slash, which is between these.
    fc.constantFrom('a', 'a.', 'a-', 'a0', 'a/'.slice(0, 1), 'ab', '\xc3\xa9', '\xe9'),
  )
  .map((text) => text.replaceAll('/', '_'))
  .filter((text) => !text.startsWith('.git') && !text.startsWith('.nog') && text !== '.' && text !== '..');

const content = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const mtime = fc.oneof(fc.integer({ min: 0, max: 4_000_000_000 }), fc.double({ min: 0, max: 2_000_000_000, noNaN: true }));

interface SpecDirectory {
  readonly [name: ByteString]: SpecDirectory | { readonly file: Buffer; readonly mtime: number } | { readonly symlink: ByteString };
}

const { directory } = fc.letrec<{ directory: SpecDirectory; entry: SpecDirectory[string] }>((tie) => ({
  directory: fc.dictionary(name, tie('entry'), { maxKeys: 6, noNullPrototype: true }),
  entry: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.record({ file: content, mtime }),
    fc.record({ symlink: name }),
    tie('directory'),
  ),
}));

function isDirectory(entry: SpecDirectory[string]): entry is SpecDirectory {
  return !('file' in entry && Buffer.isBuffer(entry.file)) && !('symlink' in entry && typeof entry.symlink === 'string');
}

function flat(spec: SpecDirectory, at: ByteString = ''): [ByteString, TreeSpec[string]][] {
  return Object.entries(spec).flatMap(([each, entry]): [ByteString, TreeSpec[string]][] =>
    isDirectory(entry) ? [[at + each, null], ...flat(entry, `${at}${each}/`)] : [[at + each, entry as TreeSpec[string]]],
  );
}

/** A directory as Git will store it: records by name, and subdirectories that are not empty. */
interface GitDirectory {
  readonly blobs: Map<ByteString, { readonly mode: string; readonly body: Buffer }>;
  readonly subdirectories: Map<ByteString, GitDirectory>;
}

interface Texts {
  readonly toplevel: (node: RealNode) => Buffer;
  readonly directory: (name: ByteString, node: RealNode) => Buffer;
  readonly file: (name: ByteString, node: RealNode) => Buffer;
}

function expectedDirectory(node: RealNode, own: ByteString | null, texts: Texts): GitDirectory {
  const result: GitDirectory = { blobs: new Map(), subdirectories: new Map() };
  for (const [each, child] of node.children) {
    if (child.kind === 'file') result.blobs.set(each, { mode: '100644', body: texts.file(each, child) });
    else if (child.kind === 'symlink') result.blobs.set(each, { mode: '120000', body: child.content });
    else {
      const below = expectedDirectory(child, each, texts);
      if (below.blobs.size + below.subdirectories.size > 0) result.subdirectories.set(each, below);
    }
  }
  if (own !== null && result.blobs.size > 0) result.blobs.set('.nogtree', { mode: '100644', body: texts.directory(own, node) });
  if (own === null) {
    result.blobs.set('.gitignore', { mode: '100644', body: Buffer.alloc(0) });
    result.blobs.set('.nogtree', { mode: '100644', body: texts.toplevel(node) });
  }
  return result;
}

/** Has Git compute the id of a tree, from blobs that it hashes itself. */
function treeIdByGit(top: GitDirectory, scratch: string): string {
  const bodies: string[] = [];
  const levels: GitDirectory[][] = [];
  const collect = (at: GitDirectory, depth: number): void => {
    (levels[depth] ??= []).push(at);
    for (const { body } of at.blobs.values()) {
      const file = path.join(scratch, `blob${bodies.length}`);
      fs.writeFileSync(file, body);
      bodies.push(file);
    }
    for (const below of at.subdirectories.values()) collect(below, depth + 1);
  };
  collect(top, 0);
  const oids = git(['hash-object', '--no-filters', '--stdin-paths'], scratch, { input: bodies.map((file) => `${file}\n`).join('') }).split(
    '\n',
  );
  // Depth first, as they were collected.
  const blobIds = new Map<object, string>();
  const assign = (at: GitDirectory): void => {
    for (const blob of at.blobs.values()) blobIds.set(blob, oids.shift() ?? '');
    for (const below of at.subdirectories.values()) assign(below);
  };
  assign(top);
  const treeIds = new Map<GitDirectory, string>();
  for (const level of levels.reverse()) {
    const input = level.map((at) => {
      const blobs = [...at.blobs].map(([each, blob]) => `${blob.mode} blob ${blobIds.get(blob)}\t${each}\0`);
      const trees = [...at.subdirectories].map(([each, below]) => `040000 tree ${treeIds.get(below)}\t${each}\0`);
      return [...blobs, ...trees].join('');
    });
    const args = ['mktree', '-z', '--missing', '--batch'];
    const ids = gitBuffer(args, scratch, { input: Buffer.from(input.join('\0'), 'latin1') }).toString().trim().split('\n');
    for (const [index, at] of level.entries()) treeIds.set(at, ids[index] ?? '');
  }
  return treeIds.get(top) ?? '';
}

test('any tree of plain entries is recorded as the tree that Git makes of the records', async () => {
  const scratch = tempDir();
  git(['init', '-q'], scratch);
  await fc.assert(
    fc.asyncProperty(directory, async (spec) => {
      const top = tempDir();
      const [realdir, shadow] = [path.join(top, 'real'), path.join(top, 'shadow')];
      try {
        buildTree(realdir, Object.fromEntries(flat(spec)));
        fs.mkdirSync(shadow);
        await createHere(shadow, realdir, { ...OPTIONS, tracking: 'enter-subdirs' });
        await recordStat(ShadowRepo.open(shadow), OPTIONS);
        await recordSha(ShadowRepo.open(shadow), { ...OPTIONS, workers: 0 });
        const real = readRealTree(realdir);
        if (real === null) throw new Error('the real directory is gone');
        const onStat = expectedDirectory(real, null, {
          toplevel: (node) => toplevelOnStat(node, null),
          directory: directoryOnStat,
          file: fileOnStat,
        });
        const onSha = expectedDirectory(real, null, { toplevel: () => toplevelOnSha(null), directory: nameOnly, file: fileOnSha });
        // Without a path at the toplevel nothing is recorded about it on master-sha.
        if ([...onSha.blobs.keys()].every((each) => each === '.gitignore' || each === '.nogtree')) onSha.blobs.delete('.nogtree');
        expect(git(['rev-parse', 'master-stat^{tree}'], shadow)).toBe(treeIdByGit(onStat, scratch));
        expect(git(['rev-parse', 'master-sha^{tree}'], shadow)).toBe(treeIdByGit(onSha, scratch));
        expect(git(['-c', 'fsck.hasDotgit=ignore', 'fsck', '--full', '--strict', '--no-dangling'], shadow)).toBe('');
      } finally {
        removeTree(top);
      }
    }),
    { numRuns: RUNS },
  );
});
