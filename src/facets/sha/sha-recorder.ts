import type { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import type { HashPool } from '../../realdir/hash/hash-pool.js';
import type { EntryStat, PreciseStat } from '../../realdir/stat/lstat.js';
import { isOwnDirectory } from '../../realdir/reach/own-directory.js';
import { fileShaRecord, nameRecord, submoduleShaRecord, toplevelShaRecord } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { PathTrace } from '../../util/trace.js';
import type { KnownHashes } from './known-hashes.js';
import type { ObservationEvents } from '../observe/events.js';
import type { ObjectSink } from '../observe/diff/directory-edit.js';
import type { DirectoryOutcome, EnteredDirectory, Recorder, SummarizedDirectory } from '../observe/recorder.js';
import { whyUnread } from '../observe/reasons.js';
import type { RunLimits } from '../run-limits.js';
import { HashedDirectory } from './hashed-directory.js';
import { hashedKey, hashedLook, isAsHashed, isSettled, whyRead } from './hashed-look.js';
import { HOLLOW, isHollow } from './hollow-file.js';
import type { ShaWatch } from './sha-watch.js';

const CHANGED = 'changed while it was read; it keeps its last record until the next run';
const EXCEEDS_SIZE = 'has more bytes than its size says, as in /proc; no checksum is recorded';

interface ShaState {
  readonly directory: EnteredDirectory;
  readonly parent: ShaState | null;
  readonly hashed: HashedDirectory;
  /** Files whose checksum on the branch is right. */
  readonly files: Map<ByteString, string>;
  readonly subtrees: TreeEntry[];
  /** Names that this run has dealt with. */
  readonly visited: Set<ByteString>;
  /** Whether nobody can replace its files: see `isOwnDirectory`; null until that is asked for. */
  isTrusted: boolean | null;
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
  hashedTree: Oid | null = null;

  private stopped = false;
  private submittedBytes = 0;

  /**
   * @param pool null hashes nothing: what is not known keeps its record
   * @param head commit of the realdir itself; null if it is no repository, undefined if that cannot be read
   * @param known what was hashed by others, asked before anything is hashed
   * @param watch notices what must not pass for right
   */
  constructor(
    private readonly reader: ObjectReader,
    private readonly sink: ObjectSink,
    private readonly pool: HashPool | null,
    private readonly hashedBefore: Oid | null,
    private readonly head: () => string | null | undefined,
    private readonly events: ObservationEvents,
    private readonly budget: ShaBudget,
    private readonly limits: RunLimits,
    private readonly signal: AbortSignal | undefined,
    private readonly trace: PathTrace | null,
    private readonly known: readonly KnownHashes[] = [],
    private readonly watch: ShaWatch | null = null,
  ) {}

  get exhausted(): boolean {
    return this.stopped || this.signal?.aborted === true;
  }

  open(directory: EnteredDirectory, parent: ShaState | null): ShaState {
    const oid = parent === null ? this.hashedBefore : parent.hashed.subtree(directory.name);
    parent?.visited.add(directory.name);
    const hashed = new HashedDirectory(this.reader, oid);
    return { directory, parent, hashed, files: new Map(), subtrees: [], visited: new Set(), isTrusted: null };
  }

  file(
    state: ShaState,
    name: ByteString,
    stat: EntryStat,
    recorded: Oid | null,
    reach: (entry: ByteString) => ByteString,
  ): null | Promise<ByteString | null> {
    const precise = stat as PreciseStat;
    const key = hashedKey(precise);
    state.visited.add(name);
    const before = state.hashed.files.get(name);
    if (recorded !== null && before !== undefined && isAsHashed(before, precise, key)) {
      // The ctime stays that of the last right reading.
      state.files.set(name, before.startsWith('~') ? key : before);
      this.trace?.tell(joinPath(state.directory.path, name), 'not read: size, mtime and inode are as when it was hashed');
      return null;
    }
    for (const known of this.known) {
      const record = known.recordOf(state.directory.path, name, precise);
      if (record === null) continue;
      state.files.set(name, key);
      this.trace?.tell(joinPath(state.directory.path, name), 'not read: its checksums are known from where it was before');
      return Promise.resolve(record);
    }
    if (this.pool === null) return null;
    if (!this.limits.readsSparse && isHollow(precise)) {
      this.events.onWarning(joinPath(state.directory.path, name), HOLLOW, 'sparse');
      this.trace?.tell(joinPath(state.directory.path, name), `not read: it ${HOLLOW}`);
      return null;
    }
    this.submittedBytes += Number(stat.size);
    this.stopped = this.submittedBytes >= this.budget.bytes || performance.now() >= this.budget.deadline;
    this.trace?.tell(joinPath(state.directory.path, name), `read: ${whyRead(before, precise, recorded !== null)}`);
    state.isTrusted ??= isOwnDirectory(reach('.'));
    return this.hash(this.pool, state, name, precise, before, reach(name));
  }

  private async hash(
    pool: HashPool,
    state: ShaState,
    name: ByteString,
    stat: PreciseStat,
    before: string | undefined,
    path: ByteString,
  ): Promise<ByteString | null> {
    const startNs = BigInt(Date.now()) * 1_000_000n;
    const place = joinPath(state.directory.path, name);
    try {
      const result = await pool.hash({ path, expected: stat, place, isTrusted: state.isTrusted === true });
      if (!result.stable) {
        const warning = result.exceedsSize === true ? EXCEEDS_SIZE : CHANGED;
        this.events.onWarning(place, warning);
        this.trace?.tell(place, warning);
        return null;
      }
      this.watch?.read(place, stat, result.sha256, before);
      if (isSettled(stat.mtimeNs, startNs)) state.files.set(name, hashedLook(stat, startNs));
      else this.trace?.tell(place, 'to be read again by the next run: it was modified just before it was read');
      return fileShaRecord(name, stat.size, result.sha1, result.sha256);
    } catch (error) {
      if (this.signal?.aborted !== true) this.events.onProblem(place, error);
      this.trace?.tell(place, whyUnread(error));
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
    const key = state.hashed.files.get(name);
    if (key !== undefined) state.files.set(name, key);
    const oid = state.hashed.subtree(name);
    if (oid !== null) state.subtrees.push({ name, mode: FileMode.directory, oid });
  }

  close(state: ShaState): void {
    const unvisited = ({ name }: { name: ByteString }): boolean => !state.visited.has(name);
    if (!this.exhausted && this.watch !== null) {
      const pathOf = (name: ByteString): ByteString => joinPath(state.directory.path, name);
      for (const [name, look] of state.hashed.files) if (unvisited({ name })) this.watch.gone(pathOf(name), look);
      for (const { name, oid } of state.hashed.subtrees.filter(unvisited)) this.watch.goneTree(pathOf(name), oid);
    }
    if (this.exhausted) {
      for (const [name, key] of state.hashed.files) if (unvisited({ name })) state.files.set(name, key);
      state.subtrees.push(...state.hashed.subtrees.filter(unvisited));
    }
    const tree = state.hashed.write(this.sink, state.files, state.subtrees);
    if (state.parent === null) this.hashedTree = tree;
    else if (tree !== null) {
      state.parent.subtrees.push({ name: state.directory.name, mode: FileMode.directory, oid: tree });
    }
  }

  ready(): Promise<void> | undefined {
    return this.pool?.ready();
  }
}
