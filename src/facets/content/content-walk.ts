import { BlobLostError } from '../../git/objects/blob-stream.js';
import type { LargeBlob } from '../../git/objects/blob-stream.js';
import type { Oid } from '../../git/objects/object-id.js';
import { hashObject, oidFromHex } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { descendUnlessGone, HiddenDirectoryError } from '../../realdir/walk/hidden-directory.js';
import { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import type { OnDoubled } from '../../realdir/walk/listed-names.js';
import { doubledWarning } from '../../realdir/walk/listed-names.js';
import { fetchNames } from '../../realdir/walk/large-directory.js';
import type { EntryStat } from '../../realdir/stat/lstat.js';
import { inspectRepo } from '../../realdir/nested-git/nested-repo.js';
import { readSymlink } from '../../realdir/read/read-symlink.js';
import { MAX_TREE_DEPTH } from '../../git/trees/tree-depth.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { isTree } from '../observe/diff/directory-edit.js';
import { readGitignore } from '../observe/gitignore-file.js';
import { ABSENT, FROM_STUB, RESERVED, SPECIAL, whyIgnored, whyUnread } from '../observe/reasons.js';
import { throwIfFatal } from '../observe/reading-failure.js';
import { spentWarning, tooLargeWarning, tooMuchWarning } from '../limit-warnings.js';
import { AttributeScope } from './attribute-scope.js';
import { readFileBlob } from './file-blob.js';
import type { ContentWalkContext } from './context.js';
import type { Opening } from './open-directory.js';
import { OpenDirectory } from './open-directory.js';
import { symlinkRecord } from '../../record/records.js';

/** Reading failed, which was reported; the path keeps its record. */
const FAILED = Symbol('failed');

/** What Git can keep as a gitlink beside objects that are named by SHA-1. */
const OID_DIGITS = 40;

/** True for the entry of what was a directory when it was recorded. */
function isOfDirectory(entry: TreeEntry): boolean {
  return isTree(entry) || entry.mode === FileMode.gitlink;
}

/** True for errors that say something about a file; others end the walk. */
function isReadFailure(error: unknown): error is Error {
  return error instanceof FsoError || errnoOf(error) !== undefined;
}

/**
 * Records files with their content, as `git add` would store them. Each file is stored before the
 * next one is read, so memory is bounded by the largest file that is not streamed.
 */
export class ContentWalk {
  /** Bytes of files that are new. */
  private taken = 0;

  constructor(private readonly context: ContentWalkContext) {}

  /** Returns the new tree; null if nothing is recorded. */
  async run(tree: Oid | null): Promise<Oid | null> {
    const { cursor, selection, events, limits } = this.context;
    const scope = IgnoreScope.root(selection.exclude, readGitignore(cursor, '', null, events), limits.ignoreSteps);
    await fetchNames(cursor, '.', cursor.rootStat);
    return this.visit('', tree, scope, AttributeScope.outside);
  }

  private async visit(path: ByteString, tree: Oid | null, scope: IgnoreScope | null, outer: AttributeScope): Promise<Oid | null> {
    const { reader, store, events, trace, limits } = this.context;
    const pause = this.context.yieldTurn();
    if (pause !== undefined) await pause;
    const directory = new OpenDirectory(reader, events, trace, path, tree, scope);
    const opening = this.attempt(path, () => this.open(directory, outer));
    if (opening === FAILED) return tree;
    const names = new Set([...directory.names(), ...opening.newNames]);
    for (const name of names) {
      const turn = this.context.yieldTurn();
      if (turn !== undefined) await turn;
      if (!isReserved(name)) await this.entry(directory, opening, name);
      else if (trace !== null) trace.tell(directory.pathOf(name), opening.newNames.has(name) ? RESERVED : FROM_STUB);
    }
    events.onVisited(path, names.size);
    if (scope?.isSpent === true) events.onWarning(path, spentWarning(limits.ignoreSteps), 'ignoreSteps');
    if (directory.isChanged) await this.outside(store.beforeWrite());
    return directory.write(store);
  }

  private open(directory: OpenDirectory, outer: AttributeScope): Opening {
    const { cursor } = this.context;
    const { path } = directory;
    return {
      attributes: outer.enter(cursor, path, () => directory.contentOf('.gitattributes')),
      newNames: new Set(this.newNames(path)),
    };
  }

  private newNames(path: ByteString): readonly ByteString[] {
    const { cursor, selection, events } = this.context;
    const onDoubled: OnDoubled = (doubled) => events.onWarning(path, doubledWarning(doubled));
    try {
      return selection.newNames(cursor, path, onDoubled);
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
      // Where the directory itself is still found, it has not vanished.
      if (cursor.lstat('.') !== null) throw new HiddenDirectoryError(error);
      return [];
    }
  }

  private async entry(directory: OpenDirectory, opening: Opening, name: ByteString): Promise<void> {
    const stat = this.attempt(directory.pathOf(name), () => this.context.cursor.lstat(name));
    if (stat === FAILED) return;
    const { mounts, trace } = this.context;
    if (
      stat?.kind === 'directory' ? mounts.isMissingAt(directory.pathOf(name)) : stat === null && mounts.isMissingIn(directory.pathOf(name))
    ) {
      trace?.tell(directory.pathOf(name), 'kept as recorded: a filesystem is not mounted here, or below');
      return;
    }
    const recorded = directory.get(name);
    const isDirectory = stat?.kind === 'directory';
    const isNew = opening.newNames.has(name) && directory.scope?.ignores(name, isDirectory) === false;
    const isTracked = isNew || (recorded !== undefined && isOfDirectory(recorded) === isDirectory);
    if (trace !== null && (stat === null || stat.kind === 'other' || !isTracked)) {
      const why = stat === null ? ABSENT : stat.kind === 'other' ? SPECIAL : whyIgnored(directory.scope, name, isDirectory);
      trace.tell(directory.pathOf(name), why ?? 'skipped: what is there is not what is recorded');
    }
    if (stat === null || stat.kind === 'other' || !isTracked) await this.remove(directory, name);
    else if (isDirectory) await this.subdirectory(directory, opening.attributes, name, stat, isNew);
    else if (stat.kind === 'file') await this.file(directory, opening.attributes, name, stat);
    else await this.symlink(directory, name);
  }

  private async subdirectory(
    directory: OpenDirectory,
    attributes: AttributeScope,
    name: ByteString,
    stat: EntryStat,
    isNew: boolean,
  ): Promise<void> {
    const { cursor, events, trace } = this.context;
    const path = directory.pathOf(name);
    await fetchNames(cursor, name, stat);
    const entered = this.attempt(path, () => {
      if (cursor.depth >= MAX_TREE_DEPTH) throw new FsoError(`deeper than Git's limit of ${MAX_TREE_DEPTH} directories`);
      return descendUnlessGone(cursor, name, stat);
    });
    if (entered === FAILED) return;
    if (!entered) return this.remove(directory, name);
    const link = this.attempt(path, () => this.gitlink(path));
    if (link !== null) cursor.ascend();
    if (link === FAILED) return;
    if (link !== null) {
      trace?.tell(path, 'not entered: submodule, recorded as a gitlink');
      return void directory.setBlob(name, FileMode.gitlink, link);
    }
    trace?.tell(path, 'entered');
    const scope = isNew ? (directory.scope?.enter(name, readGitignore(cursor, path, directory.scope, events)) ?? null) : null;
    const recorded = directory.get(name);
    const before = recorded !== undefined && isTree(recorded) ? recorded.oid : null;
    const tree = await this.visit(path, before, scope, attributes);
    cursor.ascend();
    directory.setTree(name, tree);
  }

  /** The commit of the cursor's directory, if it is a repository that is recorded as a gitlink; else null. System errors are thrown. */
  private gitlink(path: ByteString): Oid | null {
    const { cursor, events, selection } = this.context;
    const repo = selection.linksRepos ? inspectRepo(cursor.reach('.'), cursor.ground) : null;
    if (repo?.isRepo !== true) return null;
    if (repo.head?.length === OID_DIGITS) return oidFromHex(repo.head);
    const reason = repo.warning ?? (repo.head === null ? 'repository without a commit' : 'repository with ids of SHA-256');
    events.onWarning(path, `${reason}: recorded file by file`);
    return null;
  }

  private async file(directory: OpenDirectory, attributes: AttributeScope, name: ByteString, stat: EntryStat): Promise<void> {
    const { cursor, selection, store, events, limits } = this.context;
    const path = directory.pathOf(name);
    const most = limits.content;
    if (most !== null && stat.size > most.file) return this.leave(path, tooLargeWarning(stat.size, most.file));
    const content = this.attempt(path, () =>
      readFileBlob(cursor.reach(name), attributes.of(path), () => directory.contentOf(name), selection.limits),
    );
    if (content === FAILED) return;
    if (content === null) return this.remove(directory, name);
    if (content.kind === 'bytes') {
      if (content.warning !== undefined) events.onWarning(path, content.warning);
      const oid = hashObject('blob', content.bytes);
      if (directory.hasBlob(name, FileMode.file, oid)) return;
      this.taken += content.bytes.length;
      if (most !== null && this.taken > most.run) return this.leave(path, tooMuchWarning(most.run));
      directory.setBlob(name, FileMode.file, oid);
      await this.outside(store.beforeWrite());
      store.writeBlob(content.bytes);
      return;
    }
    try {
      await this.large(directory, name, content.blob);
    } finally {
      content.close();
    }
  }

  /** A file is left out for the sake of a limit. */
  private leave(path: ByteString, warning: string): void {
    this.context.events.onWarning(path, warning, 'readme');
    this.context.trace?.tell(path, warning);
  }

  /** Records what is too large for memory: it is read twice, and only if it is new stored in the second turn. */
  private async large(directory: OpenDirectory, name: ByteString, blob: LargeBlob): Promise<void> {
    const { cursor, store, events } = this.context;
    const path = directory.pathOf(name);
    cursor.suspend();
    let oid: Oid;
    try {
      oid = await store.hashLarge(blob);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      return events.onProblem(path, error);
    }
    if (directory.hasBlob(name, FileMode.file, oid)) return;
    await store.beforeWrite();
    try {
      await store.writeLarge(oid, blob);
    } catch (error) {
      if (!(error instanceof BlobLostError) || !isReadFailure(error.cause)) throw error;
      return events.onProblem(path, error.cause);
    }
    directory.setBlob(name, FileMode.file, oid);
  }

  private async symlink(directory: OpenDirectory, name: ByteString): Promise<void> {
    const { cursor, store } = this.context;
    const target = this.attempt(directory.pathOf(name), () => readSymlink(cursor.reach(name)));
    if (target === FAILED) return;
    if (target === null) return this.remove(directory, name);
    const body = Buffer.from(symlinkRecord(target), 'latin1');
    if (!directory.setBlob(name, FileMode.symlink, hashObject('blob', body))) return;
    await this.outside(store.beforeWrite());
    store.writeBlob(body);
  }

  private async remove(directory: OpenDirectory, name: ByteString): Promise<void> {
    if (directory.get(name) === undefined) return;
    await this.outside(this.context.store.beforeWrite());
    directory.remove(name, this.context.store);
  }

  /** Runs a reading call; if it fails, that is reported, unless the shadow repo is damaged or all of the realdir is gone. */
  private attempt<T>(path: ByteString, read: () => T): T | typeof FAILED {
    try {
      return read();
    } catch (error) {
      throwIfFatal(error);
      this.context.events.onProblem(path, error);
      this.context.trace?.tell(path, whyUnread(error));
      return FAILED;
    }
  }

  /** Waits outside of the realdir. */
  private async outside(work: Promise<void> | undefined): Promise<void> {
    if (work === undefined) return;
    this.context.cursor.suspend();
    await work;
  }
}
