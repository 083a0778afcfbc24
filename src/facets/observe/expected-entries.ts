import type { TreeIndex } from '../../git/trees/tree-index.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { Expected } from '../../realdir/ahead/expected.js';
import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import { ExpectedSums } from '../../realdir/sums/expected-sums.js';
import { isReserved, isReservedPath } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { classifyDirectory, isSkipped } from './classify.js';
import type { ObservationContext } from './context.js';
import { isTree } from './diff/directory-edit.js';

/** Steps that matching may take in each directory ahead of the walk; what would need more is read when its turn comes. */
const STEPS = 64 * 1024;

/** What an observation is going to look at in a directory. Entries are asked about as the walk will ask, with nothing remembered. */
export class ExpectedEntries implements Expected {
  private tree: TreeIndex | null | undefined;
  private readonly isReserved: boolean;

  private constructor(
    private readonly context: Pick<ObservationContext<unknown>, 'selection' | 'reader' | 'mounts' | 'sumsVisitedOnly' | 'sumsOf'>,
    private readonly path: ByteString,
    /** Of the directory, asked at most once: reading it costs more than most questions. */
    private readonly recordedTree: () => Oid | null,
    /** Null where nothing new is recorded, or the rules are not known. */
    private readonly scope: IgnoreScope | null,
    /** True if sums are made over all that is there. */
    private readonly isCounted: boolean,
  ) {
    this.isReserved = isReservedPath(path);
  }

  /** What is looked at in the directory that the walk is in. */
  static at(
    context: Pick<ObservationContext<unknown>, 'selection' | 'reader' | 'mounts' | 'sumsVisitedOnly' | 'sumsOf'>,
    path: ByteString,
    recorded: Oid | null,
    scope: IgnoreScope | null,
    isCounted: boolean,
  ): ExpectedEntries {
    return new ExpectedEntries(context, path, () => recorded, scope?.withSteps(STEPS) ?? null, isCounted);
  }

  wants(name: ByteString): boolean {
    if (this.isCounted) return true;
    const reserved = this.isReserved || isReserved(name);
    if (!reserved && !this.ignoresAll(name)) return true;
    return !isSkipped(name, this.recorded(name), reserved, false, this);
  }

  inside(name: ByteString, stat: EntryStat): Expected | null {
    const { selection, mounts, sumsOf, sumsVisitedOnly } = this.context;
    const path = joinPath(this.path, name);
    const isIgnored = this.ignores(name, true);
    const decision = classifyDirectory({
      isReserved: this.isReserved || isReserved(name),
      isUnmounted: mounts?.isMissingAt(path) === true,
      isNogbundle: selection.has(path),
      isAboveNogbundle: selection.isBelow(path),
      recorded: isIgnored ? this.recorded(name) : undefined,
      isIgnored: () => isIgnored,
    });
    if (decision === 'unmounted') return null;
    if (decision === 'enter' || decision === 'enterIgnored') {
      const scope = decision === 'enter' ? (this.scope?.enter(name, null) ?? null) : null;
      return new ExpectedEntries(this.context, path, () => this.treeOf(name), scope, this.isCounted);
    }
    if (!this.isCounted || sumsVisitedOnly) return null;
    const all = new ExpectedSums(path, sumsOf);
    return all.isKnown(stat) ? null : all;
  }

  listing(names: readonly ByteString[]): Expected | null {
    const { selection, sumsOf, sumsVisitedOnly } = this.context;
    if (names.includes('.git') && !selection.isBelow(this.path)) {
      return this.isCounted && !sumsVisitedOnly ? new ExpectedSums(this.path, sumsOf) : null;
    }
    // Its rules are read when the walk comes to it. Until then, nobody knows about what is not recorded.
    if (this.scope === null || !names.includes('.gitignore')) return this;
    return new ExpectedEntries(this.context, this.path, this.recordedTree, null, this.isCounted);
  }

  ignores(name: ByteString, isDirectory: boolean): boolean {
    return this.scope === null || this.scope.ignores(name, isDirectory);
  }

  keepsNogtree(): boolean {
    return false;
  }

  leadsToNogbundle(name: ByteString): boolean {
    const { selection } = this.context;
    if (selection.isEmpty) return false;
    const path = joinPath(this.path, name);
    return selection.has(path) || selection.isBelow(path);
  }

  private ignoresAll(name: ByteString): boolean {
    return this.ignores(name, false) && this.ignores(name, true);
  }

  private recorded(name: ByteString) {
    if (this.tree === undefined) {
      const oid = this.recordedTree();
      this.tree = oid === null ? null : this.context.reader.indexTree(oid);
    }
    return this.tree?.find(name) ?? undefined;
  }

  private treeOf(name: ByteString): Oid | null {
    const entry = this.recorded(name);
    return entry !== undefined && isTree(entry) ? entry.oid : null;
  }
}
