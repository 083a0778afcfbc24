import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef, restoreRef } from '../../git/refs/refs.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { MOUNTS_REF } from '../facets.js';
import type { Finding } from '../check/check-finding.js';

/** Where filesystems were mounted in a realdir when something was recorded: a blob, which `refs/fso/mounts` names. */
export interface MountList {
  /** Null if there is none. */
  readonly oid: Oid | null;
  /** Relative to the realdir, sorted. */
  readonly points: readonly ByteString[];
}

/** The text of a list: each path ends with a NUL. */
export function formatMountList(points: readonly ByteString[]): Buffer {
  return Buffer.from(points.map((point) => `${point}\0`).join(''), 'latin1');
}

/** Null if the text is no list. */
function parseMountList(body: Buffer): ByteString[] | null {
  const points = body.toString('latin1').split('\0');
  const isWhole = points.pop() === '';
  const isPath = (point: ByteString): boolean => point.split('/').every((component) => !['', '.', '..'].includes(component));
  return isWhole && points.every(isPath) ? points : null;
}

/**
 * Reads the list of a shadow repo.
 * @throws FsoError if it is damaged: what is not mounted would be taken for deleted
 */
export function readMountList(gitDir: ByteString, reader: ObjectReader): MountList {
  const oid = readRef(gitDir, MOUNTS_REF);
  if (oid === null) return { oid, points: [] };
  const points = parseMountList(reader.readBlob(oid));
  if (points !== null) return { oid, points };
  throw new FsoError(`${textOfBytes(joinPath(gitDir, MOUNTS_REF))}: does not name a list of mount points`, {
    remedy: 'mount what belongs into the realdir, then run `git-fso check --repair`',
  });
}

/** Checks the list; a damaged one is worthless. */
export function* checkMountList(gitDir: ByteString, reader: ObjectReader): Generator<Finding> {
  try {
    readMountList(gitDir, reader);
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    yield {
      severity: 'error',
      place: joinPath(gitDir, MOUNTS_REF),
      what: error.message.slice(error.message.indexOf(': ') + 2),
      ...forgetMounts(gitDir),
    };
  }
}

/** Mount points are learnt again from what is mounted at the next run. */
export function forgetMounts(gitDir: ByteString): Pick<Finding, 'remedy' | 'repair'> {
  return {
    remedy: 'mount what belongs into the realdir, then delete the ref, which the next run makes anew',
    repair: () => restoreRef(gitDir, MOUNTS_REF, null),
  };
}
