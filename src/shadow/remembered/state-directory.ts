import { hash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { makeDirectoryDurable, writeFileDurable } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../storage/file-mode.js';
import { ForeignFileError, readStored } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';

/** Where git-fso remembers what is not of one repo, below the shadow root. */
export const STATE = '.git-fso';

/** Far more than what is remembered of one directory. */
const MAX_BYTES = 16 << 20;

/** The name of the file about a directory, whose path may be too long, or no text. */
export function stateFileOf(directory: ByteString): ByteString {
  return `${hash('sha256', Buffer.from(directory, 'latin1')).slice(0, 32)}.json`;
}

/**
 * A directory below `.git-fso` of a shadow root, with small files of text. Whoever owns the shadow root may have planted something in
 * it: links are not followed, and what is no regular file is not opened.
 */
export class StateDirectory {
  readonly path: ByteString;
  readonly #places: readonly ByteString[];

  /** @param name of the directory; without it, `.git-fso` itself */
  constructor(shadowRoot: ByteString, name?: string) {
    const top = joinPath(shadowRoot, STATE);
    this.path = name === undefined ? top : joinPath(top, name);
    this.#places = name === undefined ? [top] : [top, this.path];
  }

  /** Names of the files; none if the directory is not there. @throws ForeignFileError; system errors */
  names(): readonly ByteString[] {
    this.#refuseLinks();
    return unlessErrno(['ENOENT', 'ENOTDIR'], [], () => readdirSync(fsPath(this.path), 'latin1'));
  }

  /** False where there is no such file; what is there instead is not looked at. */
  mayHave(name: ByteString): boolean {
    return existsSync(fsPath(joinPath(this.path, name)));
  }

  /** The text of a file; empty if it is not there. @throws ForeignFileError; system errors */
  read(name: ByteString): string {
    const path = joinPath(this.path, name);
    // Mostly, there is none; an error of the system costs more than to look.
    if (!this.#refuseLinks() || !existsSync(fsPath(path))) return '';
    return unlessErrno(['ENOENT', 'ENOTDIR'], '', () => readStored(path, MAX_BYTES).toString('utf8'));
  }

  /** Replaces a file durably. @throws ForeignFileError; system errors, FsoError if it cannot be written */
  write(name: ByteString, text: string): void {
    this.make();
    writeFileDurable(joinPath(this.path, name), text, PRIVATE_FILE);
  }

  /** Removes a file, if it is there. @throws ForeignFileError; system errors */
  remove(name: ByteString): void {
    this.#refuseLinks();
    rmSync(fsPath(joinPath(this.path, name)), { force: true });
  }

  /** Creates the directory, if it is missing. @throws ForeignFileError; FsoError if it cannot be made */
  make(): void {
    this.#refuseLinks();
    makeDirectoryDurable(this.path, PRIVATE_DIRECTORY);
  }

  /** Returns false if the directory is not there. */
  #refuseLinks(): boolean {
    let isThere = false;
    for (const place of this.#places) {
      const stat = unlessErrno(['ENOTDIR'], undefined, () => lstatSync(fsPath(place), { throwIfNoEntry: false }));
      if (stat?.isSymbolicLink() === true) throw new ForeignFileError(place, 'is a symbolic link, which git-fso does not make there');
      isThere = stat !== undefined;
    }
    return isThere;
  }
}
