import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { readPackedRefs } from '../../git/refs/packed-refs.js';
import { DamagedRefError } from '../../git/refs/ref-errors.js';
import { looseRefNames } from '../../git/refs/ref-files.js';
import { readReflog } from '../../git/refs/reflog.js';
import { readRef, restoreRef } from '../../git/refs/refs.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { branchOf, FACETS, MOUNTS_REF, HASHED_REF, STUB_BRANCH } from '../facets.js';
import type { Finding } from './check-finding.js';
import { RESTORE } from './check-finding.js';
import { forgetMounts } from '../mounts/mount-list.js';
import { wasThere } from '../read/lost-branch.js';

/** Checks that every ref can be read and names an object that is there, branches a commit with its tree. */
export function* checkRefs(gitDir: ByteString): Generator<Finding> {
  const packed = yield* checkPackedRefs(gitDir);
  const names = new Set([...looseRefNames(gitDir), ...packed, STUB_BRANCH, ...FACETS.map(branchOf)]);
  const reader = ObjectReader.open(gitDir);
  try {
    for (const name of [...names].sort()) yield* checkRef(gitDir, reader, name);
  } finally {
    reader.close();
  }
}

function* checkPackedRefs(gitDir: ByteString): Generator<Finding, Iterable<string>> {
  try {
    return readPackedRefs(gitDir).keys();
  } catch (error) {
    if (!(error instanceof DamagedRefError)) throw error;
    const remedy = 'remove the damaged lines, and set the branches that are missing then from the ends of their files below `logs/`';
    yield { severity: 'error', place: joinPath(gitDir, 'packed-refs'), what: 'the file is damaged', remedy };
    return [];
  }
}

function* checkRef(gitDir: ByteString, reader: ObjectReader, name: string): Generator<Finding> {
  const place = joinPath(gitDir, name);
  let oid: Oid | null;
  try {
    oid = readRef(gitDir, name);
  } catch (error) {
    if (!(error instanceof DamagedRefError)) throw error;
    // Damaged packed-refs are reported once.
    if (error.file === place) yield { severity: 'error', place, what: 'the ref is damaged', ...wayBack(gitDir, reader, name) };
    return;
  }
  if (oid === null) {
    yield* checkMissing(gitDir, reader, name);
    return;
  }
  const problem = problemOf(reader, name, oid);
  if (problem === null) return;
  if (name === HASHED_REF) {
    yield { severity: 'error', place, what: problem, ...forgetHashed(gitDir) };
  } else if (name === MOUNTS_REF) {
    yield { severity: 'error', place, what: problem, ...forgetMounts(gitDir) };
  } else {
    yield { severity: 'error', place, what: problem, remedy: remedyWith(lastGood(gitDir, reader, name), name) };
  }
}

/** A branch whose log tells of an earlier state was there before. */
function* checkMissing(gitDir: ByteString, reader: ObjectReader, name: string): Generator<Finding> {
  if (!wasThere(gitDir, name) && name !== STUB_BRANCH) return;
  yield { severity: 'error', place: joinPath(gitDir, name), what: 'the branch is missing', ...wayBack(gitDir, reader, name) };
}

/** A repair from the log of the ref: objects are on disk before the log, and the log before the ref. */
function wayBack(gitDir: ByteString, reader: ObjectReader, name: string): Pick<Finding, 'remedy' | 'repair'> {
  if (name === HASHED_REF) return forgetHashed(gitDir);
  if (name === MOUNTS_REF) return forgetMounts(gitDir);
  const last = readReflog(gitDir, name).at(-1)?.to ?? null;
  if (last !== null && problemOf(reader, name, last) === null) {
    return { remedy: `set it to ${oidToHex(last)}, the end of its log`, repair: () => restoreRef(gitDir, name, last) };
  }
  return { remedy: remedyWith(lastGood(gitDir, reader, name), name) };
}

function remedyWith(good: Oid | null, name: string): string {
  return good === null ? RESTORE : `${RESTORE}; by its log that is \`git update-ref ${name} ${oidToHex(good)}\``;
}

function lastGood(gitDir: ByteString, reader: ObjectReader, name: string): Oid | null {
  const moves = readReflog(gitDir, name).flatMap(({ from, to }) => [from, to]);
  return moves.findLast((oid): oid is Oid => oid !== null && problemOf(reader, name, oid) === null) ?? null;
}

function problemOf(reader: ObjectReader, name: string, oid: Oid): string | null {
  try {
    if (name.startsWith('refs/heads/')) reader.readTree(reader.readCommit(oid).tree);
    else reader.read(oid);
    return null;
  } catch (error) {
    if (error instanceof FsoError) return error.message;
    throw error;
  }
}

/** What was hashed can be found out again, by hashing; nothing is lost but time. */
export function forgetHashed(gitDir: ByteString): Pick<Finding, 'remedy' | 'repair'> {
  return { remedy: 'delete the ref; the next `git-fso sha` hashes again', repair: () => restoreRef(gitDir, HASHED_REF, null) };
}
