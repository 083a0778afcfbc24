import { makeDirectoryDurable, writeFileDurable } from '../../storage/durable-file.js';
import { readStored } from '../../storage/stored-file.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { parsedJson } from '../../util/text/parsed-json.js';
import type { Facet } from '../facets.js';

/** One commit a facet is a few hundred bytes. */
const MAX_BYTES = 65_536;

/**
 * Remembers in a shadow repo which commits a hook was told. It moves when the hook has succeeded, so
 * that a crash repeats a hook rather than drops it.
 */
export class HookCursor {
  private readonly file: ByteString;

  /** @param key tells hooks apart: hexadecimal digits that follow from the command */
  constructor(gitDir: ByteString, key: string) {
    this.file = joinPath(gitDir, `fso/hook-${key}`);
  }

  /** The last commit of a facet that was delivered; null if the hook is new. */
  get(facet: Facet): string | null {
    const commit = this.read()[facet];
    return typeof commit === 'string' ? commit : null;
  }

  /** Moves to a commit, durably. @throws FsoError if the shadow repo cannot be written */
  set(facet: Facet, commit: string): void {
    makeDirectoryDurable(this.file.slice(0, this.file.lastIndexOf('/')));
    writeFileDurable(this.file, `${JSON.stringify({ ...this.read(), [facet]: commit })}\n`);
  }

  /** Hexadecimal ids of the commits that the hook was told last, by facet. A damaged file has none: the hook starts anew. */
  private read(): Readonly<Record<string, unknown>> {
    return parsedJson(unlessErrno(['ENOENT'], '{}', () => readStored(this.file, MAX_BYTES).toString('utf8')));
  }
}
