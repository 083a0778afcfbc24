import { closeSync } from 'node:fs';
import { fsyncDirectory, randomName } from '../../storage/durable-file.js';
import { openStored } from '../../storage/stored-file.js';
import { writeThrough } from '../../storage/written-by-others.js';
import { StateDirectory } from '../../shadow/remembered/state-directory.js';
import type { LockHandle, LockOptions } from '../../shadow/lock/lock.js';
import { acquireLock } from '../../shadow/lock/lock.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { Manifest } from './manifest.js';
import { filesOf, manifestText, parseManifest } from './manifest.js';

const MANIFEST = 'index.json';
const PARQUET = '.parquet';
const TEMPORARY = 'tmp-';

/**
 * The directory of the index, `.git-fso/index` of a shadow root. `index.json` names the files that count, and is replaced last: whatever
 * ends a run, the index is as before it, or as after it.
 */
export class IndexDirectory {
  readonly #directory: StateDirectory;

  constructor(shadowRoot: ByteString) {
    this.#directory = new StateDirectory(shadowRoot, 'index');
  }

  get path(): ByteString {
    return this.#directory.path;
  }

  /** What the index consists of; null if there is none, or one of another version. @throws FsoError; system errors */
  manifest(): Manifest | null {
    return parseManifest(this.#directory.read(MANIFEST));
  }

  /** Makes the index another one, durably, and removes the files that no longer count; whoever has opened them reads on. */
  replace(manifest: Manifest): void {
    fsyncDirectory(this.path);
    this.#directory.write(MANIFEST, manifestText(manifest));
    this.removeOthers(manifest);
  }

  /** Removes what interrupted runs have left. Only whoever holds the lock may do so. */
  removeOthers(manifest: Manifest): void {
    const kept = new Set<string>(filesOf(manifest));
    for (const name of this.#directory.names()) {
      if ((name.endsWith(PARQUET) || name.startsWith(TEMPORARY)) && !kept.has(name)) this.#directory.remove(name);
    }
  }

  /** Has only one process change the index. @throws LockedError */
  async lock(options: LockOptions): Promise<LockHandle> {
    this.#directory.make();
    return acquireLock(joinPath(this.path, 'lock'), 'exclusive', options);
  }

  /**
   * Has a file of the index written: under another name, synced, renamed.
   * @param write given a path that leads to the file, whatever the names above it are
   */
  async create(name: string, write: (path: string) => Promise<void>): Promise<void> {
    await writeThrough(this.path, { temporary: `${TEMPORARY}${randomName()}`, final: name }, write);
  }
}

/** A new name for a file of a layer. */
export function newFileName(layer: number, what: 'versions' | 'runs'): string {
  return `${String(layer).padStart(6, '0')}-${what}-${randomName()}${PARQUET}`;
}

const FILE_NAME = /^\d{6,}-(?:versions|runs)-[0-9a-f]{8}\.parquet$/;

/**
 * Files of the index, open. Readers are given paths that lead to the open files: these cannot be exchanged meanwhile, and stay readable
 * when the index has got others. Close them when done.
 */
export class OpenFiles {
  readonly #descriptors = new Map<string, number>();

  /** @throws what open(2) throws, if one is missing; ForeignFileError if one is a link, or no file */
  constructor(directory: ByteString, names: readonly string[]) {
    try {
      for (const name of names) {
        if (!FILE_NAME.test(name)) throw Object.assign(new Error(`${name}: not a file of the index`), { code: 'ENOENT' });
        this.#descriptors.set(name, openStored(joinPath(directory, name)).fd);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** A path by which the file can be read until `close`. */
  pathOf(name: string): string {
    return `/proc/self/fd/${this.#descriptors.get(name) ?? -1}`;
  }

  get paths(): readonly string[] {
    return [...this.#descriptors.keys()].map((name) => this.pathOf(name));
  }

  close(): void {
    for (const fd of this.#descriptors.values()) closeSync(fd);
    this.#descriptors.clear();
  }
}
