import type { Oid } from '../../git/object-id.js';
import type { TreeEntry } from '../../git/tree-codec.js';
import { FileMode } from '../../git/tree-codec.js';
import { IgnoreScope } from '../../realdir/ignore-rules.js';
import type { EntryStat } from '../../realdir/lstat.js';
import type { NestedRepo } from '../../realdir/nested-repo.js';
import { inspectRepo } from '../../realdir/nested-repo.js';
import { AHEAD } from '../../realdir/read-ahead.js';
import { readSymlink } from '../../realdir/read-symlink.js';
import { ToplevelLostError } from '../../realdir/toplevel-lost.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf } from '../../util/errors.js';
import type { ObservationContext } from './context.js';
import { Counting } from './counting.js';
import { isTree } from './directory-edit.js';
import { Frame } from './frame.js';
import type { EntryGlance } from './glance.js';
import { glanceAt, isPassedOver } from './glance.js';
import { readGitignore } from './gitignore-file.js';
import type { EnteredDirectory } from './recorder.js';
import { WholeTrees } from './whole-trees.js';
import { isReserved } from '../../record/reserved-names.js';

/** Git refuses trees that are nested deeper (core.maxTreeDepth). */
export const MAX_TREE_DEPTH = 2048;

const NO_REPO: NestedRepo = { isRepo: false };

/** The tree of a directory, now or when the pending records are there. */
type Visited = { readonly tree: Oid | null } | { readonly later: Promise<Oid | null> };

/**
 * Compares a realdir with its last record, one directory at a time. The memory that it takes
 * grows with the largest directory and the depth, not with the tree.
 */
export class Observation<State> {
  private readonly counting: Counting;
  private readonly wholes: WholeTrees<State>;

  constructor(private readonly context: ObservationContext<State>) {
    this.counting = new Counting(context);
    this.wholes = new WholeTrees(context, this.counting);
  }

  /** Returns the new tree of the facet; null if nothing is recorded. */
  async run(recordedOid: Oid | null): Promise<Oid | null> {
    const { cursor, exclude } = this.context;
    this.counting.add(cursor.rootStat);
    const names = cursor.names();
    const scope = IgnoreScope.root(exclude, this.gitignore('', names, null));
    const toplevel = { path: '', name: '', stat: cursor.rootStat };
    const visited = await this.visit(toplevel, names, recordedOid, scope, null);
    cursor.suspend();
    return 'later' in visited ? await visited.later : visited.tree;
  }

  private gitignore(path: ByteString, names: readonly ByteString[], outer: IgnoreScope | null): Buffer | null {
    return names.includes('.gitignore') ? readGitignore(this.context.cursor, path, outer, this.context.events) : null;
  }

  private async visit(
    directory: EnteredDirectory,
    names: readonly ByteString[],
    recordedOid: Oid | null,
    scope: IgnoreScope | null,
    parent: State | null,
  ): Promise<Visited> {
    const { cursor, recorder, events } = this.context;
    const pause = this.context.breathe() ?? this.outside(recorder.ready());
    if (pause !== undefined) await pause;
    const glance = glanceAt(this.context, directory.path, names, recordedOid, scope, this.counting.isWanted);
    if (glance?.isKnown === true && !glance.hasDirectories) {
      for (const stat of glance.stats) if (stat !== undefined) this.counting.add(stat);
      events.onVisited(directory.path, names.length);
      return { tree: recordedOid };
    }

    const frame = new Frame(this.context, directory, names, recordedOid, scope, parent);
    for (const [index, name] of names.entries()) {
      if (recorder.exhausted) break;
      if (cursor.isSlow && glance === null) await this.lookAhead(frame, names, index);
      const stat = glance?.stats[index];
      const entered = glance?.isKnown === true && stat?.kind !== 'directory' ? this.known(frame, name, stat) : this.entry(frame, name, stat);
      if (entered !== undefined) await entered;
    }
    events.onVisited(directory.path, names.length);
    if (!recorder.exhausted) frame.removeMissing();
    if (frame.pending.length > 0) {
      const later = Promise.all(frame.pending).then(() => frame.finish());
      // The walk may fail before anybody waits for it.
      later.catch(() => undefined);
      return { later };
    }
    const locked = frame.needsWrite ? this.outside(this.context.beforeWrite()) : undefined;
    if (locked !== undefined) await locked;
    const tree = frame.finish();
    if (tree !== null && frame.isPlain) glance?.remember(tree);
    return { tree };
  }

  /** Waits outside of the realdir. */
  private outside(work: Promise<void> | undefined): Promise<void> | undefined {
    if (work !== undefined) this.context.cursor.suspend();
    return work;
  }

  /** An entry that is no directory, in a directory where all of these are as recorded. */
  private known(frame: Frame<State>, name: ByteString, stat: EntryStat | undefined): undefined {
    frame.keep(name);
    if (stat !== undefined) this.counting.add(stat);
  }

  /** @param known what a glance at the directory has told */
  private entry(frame: Frame<State>, name: ByteString, known: EntryGlance | undefined): Promise<void> | undefined {
    const recorded = frame.recorded(name);
    const reserved = frame.isReserved || isReserved(name);
    if (this.isSkipped(frame, name, recorded, reserved)) return undefined;
    if (recorded !== undefined && frame.scope !== null && isPassedOver(frame.scope, name)) frame.isPlain = false;
    const stat = known ?? this.attempt(frame, name, () => this.lstat(name));
    if (stat === null) return undefined;
    if (stat.kind === 'directory') return this.subdirectory(frame, name, stat, recorded, reserved);
    this.counting.add(stat);
    if (frame.directory.path === '' && name === '.git') this.context.gitSummary?.add(stat);
    if (reserved || frame.keepsReplaced(name) || stat.kind === 'other') return undefined;
    if ((recorded === undefined || isTree(recorded)) && frame.ignores(name, false)) return undefined;
    if (stat.kind === 'file') return this.file(frame, name, stat, recorded);
    this.symlink(frame, name, recorded, known?.target);
    return undefined;
  }

  private lstat(name: ByteString): EntryStat | null {
    const { cursor, recorder } = this.context;
    return recorder.precise ? cursor.lstatPrecise(name) : cursor.lstat(name);
  }

  /** Fetches what is known about the next entries, from one in place `at` on. */
  private lookAhead(frame: Frame<State>, names: readonly ByteString[], at: number): Promise<void> {
    const isOfInterest = (name: ByteString): boolean =>
      !this.isSkipped(frame, name, frame.recorded(name), frame.isReserved || isReserved(name));
    return this.context.cursor.lookAhead(at, () => names.slice(at, at + AHEAD).filter(isOfInterest));
  }

  /** True if an entry that is not recorded is of no interest, whatever it is. */
  private isSkipped(frame: Frame<State>, name: ByteString, recorded: TreeEntry | undefined, reserved: boolean): boolean {
    if (this.counting.isWanted || !(reserved || recorded === undefined)) return false;
    const { selection } = this.context;
    const ignored = reserved || (frame.ignores(name, false) && frame.ignores(name, true));
    if (!ignored || selection.isEmpty) return ignored;
    const path = frame.pathOf(name);
    return !selection.has(path) && !selection.isBelow(path);
  }

  /** Runs a reading call; if it fails, the entry keeps its record and null is returned. */
  private attempt<T>(frame: Frame<State>, name: ByteString, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (error instanceof ToplevelLostError) throw error;
      frame.keep(name);
      frame.isPlain = false;
      this.context.recorder.unreadable(frame.state, name);
      this.counting.noteProblem();
      this.context.events.onProblem(frame.pathOf(name), error);
      return null;
    }
  }

  /** Returns what to wait for before the next entry, if the recorder has too much to do. */
  private file(
    frame: Frame<State>,
    name: ByteString,
    stat: EntryStat,
    recorded: TreeEntry | undefined,
  ): Promise<void> | undefined {
    const { cursor, recorder } = this.context;
    frame.keep(name);
    const recordedOid = recorded?.mode === FileMode.file ? recorded.oid : null;
    const record = recorder.file(frame.state, name, stat, recordedOid, () => cursor.reach(name));
    if (!(record instanceof Promise)) {
      frame.setFile(recorded, name, FileMode.file, record);
      return undefined;
    }
    frame.pending.push(record.then((body) => frame.setFile(recorded, name, FileMode.file, body)));
    return this.outside(recorder.ready());
  }

  private symlink(frame: Frame<State>, name: ByteString, recorded: TreeEntry | undefined, known: ByteString | undefined): void {
    const target = known ?? this.attempt(frame, name, () => readSymlink(this.context.cursor.reach(name)));
    if (target === null) return;
    frame.keep(name);
    frame.setFile(recorded, name, FileMode.symlink, target);
  }

  private async subdirectory(
    frame: Frame<State>,
    name: ByteString,
    stat: EntryStat,
    recorded: TreeEntry | undefined,
    reserved: boolean,
  ): Promise<void> {
    const { cursor, selection } = this.context;
    const path = frame.pathOf(name);
    const directory: EnteredDirectory = { path, name, stat };
    if (selection.has(path)) return this.wholes.record(frame, { ...directory, kind: 'nogbundle', head: null }, recorded);
    const leadsToNogbundle = selection.isBelow(path);
    if (reserved && !leadsToNogbundle) return this.counting.below(directory);
    const ignored = reserved || frame.ignores(name, true);
    if (ignored && recorded === undefined && !leadsToNogbundle) return this.counting.below(directory);

    const inside = this.attempt(frame, name, () => this.enter(directory, !leadsToNogbundle));
    if (inside === null) return;
    const { names, repo } = inside;
    const tracked = !ignored || (recorded !== undefined && isTree(recorded));
    const tooDeep = cursor.depth > MAX_TREE_DEPTH;
    if (repo.isRepo || tooDeep || !(tracked || leadsToNogbundle)) {
      cursor.ascend();
      if (repo.isRepo && (tracked || this.wholes.isRecorded(recorded))) {
        this.wholes.warnAbout(path, repo);
        return this.wholes.record(frame, { ...directory, kind: 'submodule', head: repo.head }, recorded);
      }
      if (!tooDeep || !tracked) return this.counting.below(directory);
      this.context.events.onWarning(path, `deeper than Git's limit of ${MAX_TREE_DEPTH} directories: recorded as a summary`);
      return this.wholes.record(frame, { ...directory, kind: 'nogbundle', head: null }, recorded);
    }

    this.counting.add(stat);
    const scope = ignored ? null : (frame.scope?.enter(name, this.gitignore(path, names, frame.scope)) ?? null);
    const recordedTree = recorded !== undefined && isTree(recorded) ? recorded.oid : null;
    const visited = await this.visit(directory, names, recordedTree, scope, frame.state);
    cursor.ascend();
    frame.keep(name);
    if ('later' in visited) frame.pending.push(visited.later.then((tree) => frame.setTree(recorded, name, tree)));
    else frame.setTree(recorded, name, visited.tree);
  }

  /**
   * Enters a directory and finds out what it is; null if it has vanished. If something cannot be
   * read, the cursor stays where it was.
   */
  private enter(directory: EnteredDirectory, mayBeRepo: boolean): { names: ByteString[]; repo: NestedRepo } | null {
    const { cursor } = this.context;
    if (!cursor.descend(directory.name, directory.stat)) return null;
    try {
      const names = cursor.names();
      const repo = mayBeRepo && names.includes('.git') ? inspectRepo(cursor.reach('.')) : NO_REPO;
      return { names, repo };
    } catch (error) {
      cursor.ascend();
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
      throw error;
    }
  }
}
