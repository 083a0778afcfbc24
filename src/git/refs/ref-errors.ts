import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { oidToHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';

/** A file of a ref has no valid content, for example after a power failure; `file` is that file. */
export class DamagedRefError extends FsoError {
  override readonly name = 'DamagedRefError';
  readonly file: ByteString;

  constructor(file: ByteString, what: string) {
    super(`${textOfBytes(file)}: ${what}`, {
      remedy: 'restore the last good id (the ref\'s file below `logs/` lists them) with `git update-ref`, '
        + 'or delete the file if a branch of that name is not needed; `git-fso check` tells what else is wrong',
    });
    this.file = file;
  }
}

/** Somebody else moved the ref between reading and writing: compare again with what it names now. */
export class RefMovedError extends FsoError {
  override readonly name = 'RefMovedError';
  /** What the ref names now; null if it does not exist. */
  readonly actual: Oid | null;

  constructor(gitDir: ByteString, name: string, expected: Oid | null, actual: Oid | null) {
    super(
      `${textOfBytes(gitDir)}: ${name} moved meanwhile: expected ${describe(expected)}, found ${describe(actual)}`,
      { remedy: 'run the command again' },
    );
    this.actual = actual;
  }
}

function describe(oid: Oid | null): string {
  return oid === null ? 'no such ref' : oidToHex(oid);
}
