import type { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import type { TreeEntry } from '../git/tree-codec.js';
import { FileMode } from '../git/tree-codec.js';
import type { HashPool } from '../realdir/hash-pool.js';
import type { EntryStat, PreciseStat } from '../realdir/lstat.js';
import { fileShaRecord, nameRecord, submoduleShaRecord, toplevelShaRecord } from '../record/records.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import type { ObservationEvents } from './observe/context.js';
import type { ObjectSink } from './observe/directory-edit.js';
import type { DirectoryOutcome, EnteredDirectory, Recorder, SummarizedDirectory } from './observe/recorder.js';
import { isSettled, matchesIndexed, SeenDirectory, seenKey } from './sha-seen.js';

interface ShaState {
  readonly directory: EnteredDirectory;
  readonly parent: ShaState | null;
  readonly seen: SeenDirectory;
  /** Files whose checksum on the branch is right. */
  readonly files: Map<ByteString, string>;
  readonly subtrees: TreeEntry[];
  /** Names that this run has dealt with. */
  readonly visited: Set<ByteString>;
}

/** When to stop hashing, so that what is done can be recorded. */
export interface ShaBudget {
  /** Bytes that may be submitted for hashing. */
  readonly bytes: number;
  /** `performance.now()` at which no further file is started. */
  readonly deadline: number;
}

/** What `sha` records: checksums, of the files that are not known to be hashed already. */
export class ShaRecorder implements Recorder<ShaState> {
  readonly countsTrees = false;
  readonly precise = true;
  readonly keepsReplacedNogtree = true;
  /** The tree for `refs/fso/sha-seen`, when the observation is done. */
  seenTree: Oid | null = null;

  private stopped = false;
  private submittedBytes = 0;

  /** @param head commit of the realdir itself; null if it is no repository, undefined if that cannot be read */
  constructor(
    private readonly reader: ObjectReader,
    private readonly sink: ObjectSink,
    private readonly pool: HashPool,
    private readonly seenBefore: Oid | null,
    private readonly head: () => string | null | undefined,
    private readonly events: ObservationEvents,
    private readonly budget: ShaBudget,
    private readonly signal: AbortSignal | undefined,
  ) {}

  get exhausted(): boolean {
    return this.stopped || this.signal?.aborted === true;
  }

  open(directory: EnteredDirectory, parent: ShaState | null): ShaState {
    const oid = parent === null ? this.seenBefore : parent.seen.subtree(directory.name);
    parent?.visited.add(directory.name);
    const seen = new SeenDirectory(this.reader, oid);
    return { directory, parent, seen, files: new Map(), subtrees: [], visited: new Set() };
  }

  file(
    state: ShaState,
    name: ByteString,
    stat: EntryStat,
    recorded: Oid | null,
    reach: () => ByteString,
  ): null | Promise<ByteString | null> {
    const precise = stat as PreciseStat;
    const key = seenKey(precise);
    state.visited.add(name);
    const before = state.seen.files.get(name);
    if (recorded !== null && before !== undefined && (before === key || matchesIndexed(before, precise))) {
      state.files.set(name, key);
      return null;
    }
    this.submittedBytes += Number(stat.size);
    this.stopped = this.submittedBytes >= this.budget.bytes || performance.now() >= this.budget.deadline;
    return this.hash(state, name, precise, key, reach());
  }

  private async hash(
    state: ShaState,
    name: ByteString,
    stat: PreciseStat,
    key: string,
    path: ByteString,
  ): Promise<ByteString | null> {
    const startNs = BigInt(Date.now()) * 1_000_000n;
    const place = joinPath(state.directory.path, name);
    try {
      const result = await this.pool.hash({ path, expected: stat });
      if (!result.stable) {
        this.events.onWarning(place, 'changed while it was read; it keeps its last record until the next run');
        return null;
      }
      if (isSettled(stat.mtimeNs, startNs)) state.files.set(name, key);
      return fileShaRecord(name, stat.size, result.sha1, result.sha256);
    } catch (error) {
      if (this.signal?.aborted !== true) this.events.onProblem(place, error);
      return null;
    }
  }

  isCurrent(): boolean {
    return false;
  }

  summarized(directory: SummarizedDirectory): ByteString {
    return directory.kind === 'nogbundle' ? nameRecord(directory.name) : submoduleShaRecord(directory.name, directory.head);
  }

  nogtree(directory: EnteredDirectory, outcome: DirectoryOutcome): ByteString | null {
    if (!outcome.changed && !outcome.hasSummarized) return null;
    if (directory.path !== '') return nameRecord(directory.name);
    const head = this.head();
    return head === undefined ? null : toplevelShaRecord(head);
  }

  unreadable(state: ShaState, name: ByteString): void {
    state.visited.add(name);
    const key = state.seen.files.get(name);
    if (key !== undefined) state.files.set(name, key);
    const oid = state.seen.subtree(name);
    if (oid !== null) state.subtrees.push({ name, mode: FileMode.directory, oid });
  }

  close(state: ShaState): void {
    if (this.exhausted) {
      const unvisited = ({ name }: { name: ByteString }): boolean => !state.visited.has(name);
      for (const [name, key] of state.seen.files) if (unvisited({ name })) state.files.set(name, key);
      state.subtrees.push(...state.seen.subtrees.filter(unvisited));
    }
    const tree = state.seen.write(this.sink, state.files, state.subtrees);
    if (state.parent === null) this.seenTree = tree;
    else if (tree !== null) {
      state.parent.subtrees.push({ name: state.directory.name, mode: FileMode.directory, oid: tree });
    }
  }

  ready(): Promise<void> | undefined {
    return this.pool.ready();
  }
}
