import { BlobLostError } from '../../git/blob-stream.js';
import type { LargeBlob } from '../../git/blob-stream.js';
import { DamagedObjectError, MissingObjectError } from '../../git/object-errors.js';
import type { ObjectReader } from '../../git/object-reader.js';
import type { Oid } from '../../git/object-id.js';
import { hashObject } from '../../git/object-id.js';
import { FileMode } from '../../git/tree-codec.js';
import type { DirectoryCursor } from '../../realdir/directory-cursor.js';
import { IgnoreScope } from '../../realdir/ignore-rules.js';
import type { EntryStat } from '../../realdir/lstat.js';
import { readSymlink } from '../../realdir/read-symlink.js';
import { ToplevelLostError } from '../../realdir/toplevel-lost.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../../util/errors.js';
import type { ObservationEvents } from '../observe/context.js';
import type { ObjectSink } from '../observe/directory-edit.js';
import { isTree } from '../observe/directory-edit.js';
import { readGitignore } from '../observe/gitignore-file.js';
import { MAX_TREE_DEPTH } from '../observe/observation.js';
import { AttributeScope } from './attribute-scope.js';
import type { ContentLimits } from './file-blob.js';
import { readFileBlob } from './file-blob.js';
import type { Opening } from './open-directory.js';
import { OpenDirectory } from './open-directory.js';

/** Which paths are recorded with their content, beside those that are recorded already. */
export interface ContentSelection {
  /** New names that are looked at in a directory; ignore rules decide about them. */
  newNames(cursor: DirectoryCursor, path: ByteString): readonly ByteString[];
  /** Ignore rules that play the part of `info/exclude`. */
  readonly exclude: Buffer | null;
  readonly limits: ContentLimits;
}

/** Where content goes. */
export interface ContentStore extends ObjectSink {
  /** Resolves when objects may be written. */
  beforeWrite(): Promise<void> | undefined;
  hashLarge(blob: LargeBlob): Promise<Oid>;
  /** Stores a blob under the id that `hashLarge` gave. @throws BlobLostError if it has another content by now */
  writeLarge(oid: Oid, blob: LargeBlob): Promise<void>;
}

/** All that a walk needs. */
export interface ContentWalkContext {
  readonly cursor: DirectoryCursor;
  readonly reader: ObjectReader;
  readonly store: ContentStore;
  readonly selection: ContentSelection;
  readonly events: ObservationEvents;
  readonly breathe: () => Promise<void> | undefined;
}

/** Reading failed, which was reported; the path keeps its record. */
const FAILED = Symbol('failed');

/** True for errors that say something about a file; others end the walk. */
function isReadFailure(error: unknown): error is Error {
  return error instanceof FsoError || errnoOf(error) !== undefined;
}

/**
 * Records files with their content, as `git add` would store them. Each file is stored before the
 * next one is read, so memory is bounded by the largest file that is not streamed.
 */
export class ContentWalk {
  constructor(private readonly context: ContentWalkContext) {}

  /** Returns the new tree; null if nothing is recorded. */
  async run(tree: Oid | null): Promise<Oid | null> {
    const { cursor, selection, events } = this.context;
    const scope = IgnoreScope.root(selection.exclude, readGitignore(cursor, '', null, events));
    return this.visit('', tree, scope, AttributeScope.outside);
  }

  private async visit(path: ByteString, tree: Oid | null, scope: IgnoreScope | null, outer: AttributeScope): Promise<Oid | null> {
    const { reader, store, events } = this.context;
    const pause = this.context.breathe();
    if (pause !== undefined) await pause;
    const directory = new OpenDirectory(reader, events, path, tree, scope);
    const opening = this.attempt(path, () => this.open(directory, outer));
    if (opening === FAILED) return tree;
    const names = new Set([...directory.names(), ...opening.newNames]);
    for (const name of names) if (!isReserved(name)) await this.entry(directory, opening, name);
    events.onVisited(path, names.size);
    if (directory.isChanged) await this.outside(store.beforeWrite());
    return directory.write(store);
  }

  private open(directory: OpenDirectory, outer: AttributeScope): Opening {
    const { cursor, selection } = this.context;
    const { path } = directory;
    return {
      attributes: outer.enter(cursor, path, () => directory.contentOf('.gitattributes')),
      newNames: new Set(unlessErrno(['ENOENT', 'ENOTDIR'], [], () => selection.newNames(cursor, path))),
    };
  }

  private async entry(directory: OpenDirectory, opening: Opening, name: ByteString): Promise<void> {
    const stat = this.attempt(directory.pathOf(name), () => this.context.cursor.lstat(name));
    if (stat === FAILED) return;
    const recorded = directory.get(name);
    const isDirectory = stat?.kind === 'directory';
    const isNew = opening.newNames.has(name) && directory.scope?.ignores(name, isDirectory) === false;
    const isTracked = isNew || (recorded !== undefined && isTree(recorded) === isDirectory);
    if (stat === null || stat.kind === 'other' || !isTracked) await this.remove(directory, name);
    else if (isDirectory) await this.subdirectory(directory, opening.attributes, name, stat, isNew);
    else if (stat.kind === 'file') await this.file(directory, opening.attributes, name);
    else await this.symlink(directory, name);
  }

  private async subdirectory(
    directory: OpenDirectory,
    attributes: AttributeScope,
    name: ByteString,
    stat: EntryStat,
    isNew: boolean,
  ): Promise<void> {
    const { cursor, events } = this.context;
    const path = directory.pathOf(name);
    const entered = this.attempt(path, () => {
      if (cursor.depth >= MAX_TREE_DEPTH) throw new FsoError(`deeper than Git's limit of ${MAX_TREE_DEPTH} directories`);
      return cursor.descend(name, stat);
    });
    if (entered === FAILED) return;
    if (!entered) return this.remove(directory, name);
    const scope = isNew ? (directory.scope?.enter(name, readGitignore(cursor, path, directory.scope, events)) ?? null) : null;
    const recorded = directory.get(name);
    const before = recorded !== undefined && isTree(recorded) ? recorded.oid : null;
    const tree = await this.visit(path, before, scope, attributes);
    cursor.ascend();
    directory.setTree(name, tree);
  }

  private async file(directory: OpenDirectory, attributes: AttributeScope, name: ByteString): Promise<void> {
    const { cursor, selection, store, events } = this.context;
    const path = directory.pathOf(name);
    const content = this.attempt(path, () =>
      readFileBlob(cursor.reach(name), attributes.of(path), () => directory.contentOf(name), selection.limits),
    );
    if (content === FAILED) return;
    if (content === null) return this.remove(directory, name);
    if (content.kind === 'bytes') {
      if (content.warning !== undefined) events.onWarning(path, content.warning);
      if (!directory.setBlob(name, FileMode.file, hashObject('blob', content.bytes))) return;
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
    const body = Buffer.from(target, 'latin1');
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
      const isFatal = [DamagedObjectError, MissingObjectError, ToplevelLostError].some((each) => error instanceof each);
      if (isFatal) throw error;
      this.context.events.onProblem(path, error);
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
