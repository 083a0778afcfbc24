import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import { TooManyPathsError } from '../../git/trees/tree-budget.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { compareEntryNames, FileMode } from '../../git/trees/tree-codec.js';
import { describeMistake } from '../../record/record-shape.js';
import { NOGREADINGS, parseReadings } from '../../record/readings.js';
import { NOGTREE } from '../../record/records.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Facet } from '../facets.js';
import { branchOf, CHECKED_FACETS, RECORD_FACETS, STUB_BRANCH } from '../facets.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { isDouble } from './check-doubles.js';
import type { Finding } from './check-finding.js';
import { RESTORE } from './check-finding.js';

const MODES: readonly number[] = [FileMode.file, FileMode.symlink, FileMode.directory, FileMode.gitlink];

/** What a walk through one branch needs. */
interface Walk {
  readonly reader: ObjectReader;
  readonly facet: Facet;
  readonly yieldTurn: YieldTurn;
}

/** Checks the newest commit of each branch: shapes of trees, modes, and the text of records. */
export async function* checkRecords(gitDir: ByteString, reader: ObjectReader, yieldTurn: YieldTurn): AsyncGenerator<Finding> {
  const stub = readRef(gitDir, STUB_BRANCH);
  const stubTree = stub === null ? null : reader.readCommit(stub).tree;
  for (const facet of CHECKED_FACETS) {
    const head = readRef(gitDir, branchOf(facet));
    if (head !== null) yield* checkTree({ reader, facet, yieldTurn }, reader.readCommit(head).tree, '', stubTree);
  }
}

/** @param stub the tree that the stub has at the same path: what it shares with the branch is no record */
async function* checkTree(walk: Walk, tree: Oid, path: ByteString, stub: Oid | null): AsyncGenerator<Finding> {
  const { reader, facet, yieldTurn } = walk;
  const open = [{ tree, path, stub, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const at = next.path;
    let entries: readonly TreeEntry[];
    try {
      requireTreeDepth(next.depth, at);
      entries = reader.readTree(next.tree);
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      yield findingAt(facet, at, error.message, error.remedy ?? RESTORE);
      if (error instanceof TooManyPathsError) return;
      continue;
    }
    yield* checkShape(facet, at, entries);
    const ofStub = new Map(next.stub === null ? [] : reader.readTree(next.stub).map((entry) => [entry.name, entry]));
    for (const entry of entries) {
      const pause = yieldTurn();
      if (pause !== undefined) await pause;
      const counterpart = ofStub.get(entry.name);
      if (counterpart?.oid === entry.oid && counterpart.mode === entry.mode) continue;
      const child = joinPath(at, entry.name);
      if (!isTree(entry)) {
        yield* checkEntry(walk, child, entry);
        continue;
      }
      const ofStubBelow = counterpart !== undefined && isTree(counterpart) ? counterpart.oid : null;
      open.push({ tree: entry.oid, path: child, stub: ofStubBelow, depth: next.depth + 1 });
    }
  }
}

/** Git's order, which also makes sure that nothing is there twice, as a record and as a directory. */
function* checkShape(facet: Facet, path: ByteString, entries: readonly TreeEntry[]): Generator<Finding> {
  const seen = new Set<ByteString>();
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    const place = joinPath(path, entry.name);
    if (isDouble(entries, index)) continue;
    if (seen.has(entry.name)) yield findingAt(facet, place, 'is there twice in the tree, as a record and as a directory');
    else if (before !== undefined && compareEntryNames(before.name, isTree(before), entry.name, isTree(entry)) >= 0) {
      yield findingAt(facet, place, "the tree is not in Git's order");
    }
    if (!MODES.includes(entry.mode)) yield findingAt(facet, place, `has mode ${entry.mode.toString(8)}; records have 100644`);
    seen.add(entry.name);
  }
}

const isTree = ({ mode }: TreeEntry): boolean => mode === FileMode.directory;

function* checkEntry({ reader, facet }: Walk, path: ByteString, entry: TreeEntry): Generator<Finding> {
  if (entry.mode === FileMode.gitlink) return;
  try {
    const body = reader.readBlob(entry.oid);
    if (facet === 'verify' && path === NOGREADINGS && parseReadings(body) === null)
      yield findingAt(facet, path, 'does not say what was read', 'the next `git-fso verify` begins anew');
    const isRecord = entry.mode === FileMode.file && (entry.name === NOGTREE || !isReserved(entry.name));
    if (!isRecord || !(RECORD_FACETS as readonly Facet[]).includes(facet)) return;
    const what = describeMistake(facet, path, body);
    if (what !== null) yield findingAt(facet, path, what);
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    yield findingAt(facet, path, error.message, error.remedy ?? RESTORE);
  }
}

const WRITTEN_ANEW = 'the record is written anew when the path changes; `git log` on the branch tells who made it';

function findingAt(facet: Facet, path: ByteString, what: string, remedy = WRITTEN_ANEW): Finding {
  return { severity: 'error', place: `master-${facet}:${path}`, what, remedy };
}
