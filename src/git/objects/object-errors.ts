import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { oidToHex } from './object-id.js';
import type { Oid } from './object-id.js';

const REMEDY = 'run `git-fso check` in the shadow repo; it says what is damaged and how to repair it';

/** An object that something refers to is nowhere in the repository. */
export class MissingObjectError extends FsoError {
  override readonly name = 'MissingObjectError';
  readonly oid: Oid;

  constructor(gitDir: ByteString, oid: Oid) {
    super(`${textOfBytes(gitDir)}: object ${oidToHex(oid)} is missing`, { remedy: REMEDY });
    this.oid = oid;
  }
}

/** A file of the object store does not contain what it should; `file` is that file. */
export class DamagedObjectError extends FsoError {
  override readonly name = 'DamagedObjectError';
  readonly file: ByteString;

  constructor(file: ByteString, what: string, cause?: unknown) {
    super(`${textOfBytes(file)}: ${what}`, { remedy: REMEDY, cause });
    this.file = file;
  }
}
