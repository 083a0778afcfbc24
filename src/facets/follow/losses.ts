import { lstatSync, readdirSync } from 'node:fs';
import { walkCommits } from '../../git/commits/commit-walk.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { hashObject } from '../../git/objects/object-id.js';
import { readStored } from '../../storage/stored-file.js';
import { listRefs } from '../../git/refs/refs.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import { isReserved } from '../../record/reserved-names.js';
import { branchOf, HIDDEN_REFS, RESCAN_FACETS, STUB_BRANCH } from '../../shadow/facets.js';
import type { Facet } from '../../shadow/facets.js';
import { stubCommit } from '../../shadow/stub/read-stub.js';
import { readVerifyState } from '../verify/verify-state.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { STUB_FILE_NAMES } from '../../shadow/stub/stub-files.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';

/** A file of a stub that is longer is an error. */
const MAX_STUB_BYTES = 64 << 20;

/** Reads trees, perhaps such as are not written yet. */
export type TreeSource = Pick<ObjectReader, 'readTree'>;

/** What a rescan makes anew. */
const MADE_ANEW: readonly string[] = RESCAN_FACETS.map(branchOf);

/**
 * What somebody has done in a shadow repo by hand, in words: none of it can be recorded anew from the realdir.
 */
export async function editsIn(repo: ShadowRepo, reader: ObjectReader): Promise<string[]> {
  const found: string[] = [];
  const stub = stubCommit(repo);
  const { tree, parents } = reader.readCommit(stub);
  if (parents.length > 0) found.push('changes of its stub');
  const entries = reader.readTree(tree);
  for (const name of readdirSync(fsPath(repo.directory), 'latin1').filter((one) => one !== '.git')) {
    if (
      !isAsRecorded(
        joinPath(repo.directory, name),
        entries.find((entry) => entry.name === name),
      )
    )
      found.push(`its file ${textOfBytes(name)}`);
  }
  for (const name of STUB_FILE_NAMES) {
    const isGone = lstatSync(fsPath(joinPath(repo.directory, name)), { throwIfNoEntry: false }) === undefined;
    if (isGone && entries.some((entry) => entry.name === name)) found.push(`that its file ${name} was deleted`);
  }
  // What was read can be read again; what was found to be wrong is known from nowhere else.
  if (readVerifyState(repo, reader).findings.size > 0) found.push('its findings of verify');
  for (const { name, oid } of listRefs(repo.gitDir, 'refs/')) {
    if (name === STUB_BRANCH || MADE_ANEW.includes(name) || name.startsWith(HIDDEN_REFS) || oid === stub) continue;
    found.push(`its ${name.replace(/^refs\/(heads\/)?/, '')}`);
  }
  return found;
}

function isAsRecorded(path: ByteString, entry: TreeEntry | undefined): boolean {
  if (entry?.mode !== FileMode.file || !lstatSync(fsPath(path)).isFile()) return false;
  return hashObject('blob', readStored(path, MAX_STUB_BYTES)) === entry.oid;
}

/** The trees of all commits of a facet's branch; what it began with, the stub, is among them. */
export async function treesOf(repo: ShadowRepo, facet: Facet): Promise<readonly Oid[]> {
  const head = repo.head(facet);
  const trees = new Set<Oid>();
  if (head !== null) for await (const { tree } of walkCommits(repo.gitDir, head)) trees.add(tree);
  return [...trees];
}

/** Finds records that one tree has and another one has not, or has in another way. Pairs that were compared are known. */
export class Losses {
  private readonly compared = new Set<string>();

  constructor(
    private readonly from: TreeSource,
    private readonly into: TreeSource,
    /** True if a record that is missing, or differs, does not count. */
    private readonly isGained: (path: ByteString, mine: TreeEntry, other: TreeEntry | undefined) => boolean = () => false,
  ) {}

  /** Paths whose record would be lost. Names that are never tracked belong to the stub, or are sums over the others. */
  *between(tree: Oid, other: Oid | null, path: ByteString = '', depth = 0): Generator<ByteString> {
    requireTreeDepth(depth, path);
    const key = `${path}\0${tree}${other ?? ''}`;
    if (tree === other || this.compared.has(key)) return;
    this.compared.add(key);
    const others = new Map(other === null ? [] : this.into.readTree(other).map((entry) => [entry.name, entry]));
    for (const entry of this.from.readTree(tree)) {
      if (isReserved(entry.name)) continue;
      const place = joinPath(path, entry.name);
      const its = others.get(entry.name);
      if (entry.mode === FileMode.directory) {
        yield* this.between(entry.oid, its?.mode === FileMode.directory ? its.oid : null, place, depth + 1);
      } else if ((its?.oid !== entry.oid || its.mode !== entry.mode) && !this.isGained(place, entry, its)) {
        yield place;
      }
    }
  }
}
