import { lstatSync, readdirSync } from 'node:fs';
import { fsPath } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { oidFromHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';
import { DamagedRefError } from './ref-errors.js';
import { isSafeRefName } from './ref-name.js';
import { readStoredText } from '../../storage/stored-file.js';

/** The content of a ref's own file: an id, or the name of another ref. */
export type LooseRef = { readonly oid: Oid } | { readonly target: string };

/** Longer than the longest name of a ref. */
const MAX_REF_BYTES = 8192;
const HEX_ID = /^([0-9a-f]{40})(?:\s|$)/;
const NULL_ID = '0'.repeat(40);

/**
 * Reads the file of a ref; null if there is none.
 * @throws DamagedRefError if it is empty, cut short or contains something else; ForeignFileError if it is no regular file.
 */
export function readLooseRef(gitDir: ByteString, name: string): LooseRef | null {
  const path = `${gitDir}/${name}`;
  // Refs that few repositories have are asked for, too; an error of the system costs more than to look. Branches mostly are there.
  const isLikely = name.startsWith('refs/heads/');
  if (!isLikely && unlessErrno(['ENOTDIR'], undefined, () => lstatSync(fsPath(path), { throwIfNoEntry: false })) === undefined) return null;
  const text = unlessErrno(['ENOENT', 'ENOTDIR', 'EISDIR'], null, () => readStoredText(path, MAX_REF_BYTES));
  if (text === null) return null;
  if (text === '') throw new DamagedRefError(path, 'the file of this ref is empty');
  if (text.startsWith('ref:')) {
    const target = text.slice(4).trim();
    if (!isSafeRefName(target)) throw new DamagedRefError(path, `the file names a bad ref: ${JSON.stringify(target)}`);
    return { target };
  }
  const hex = HEX_ID.exec(text)?.[1];
  if (hex === undefined || hex === NULL_ID) throw new DamagedRefError(path, 'the file of this ref contains no object id');
  return { oid: oidFromHex(hex) };
}

/** The names of all refs that have a file of their own, below `refs/`. Locks and temporary files are left out. */
export function looseRefNames(gitDir: ByteString): string[] {
  const names: string[] = [];
  const pending = ['refs'];
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    const path = `${gitDir}/${dir}`;
    const entries = unlessErrno(['ENOENT', 'ENOTDIR'], [], () =>
      readdirSync(fsPath(path), { encoding: 'latin1', withFileTypes: true }));
    for (const entry of entries) {
      const name = `${dir}/${entry.name}`;
      if (entry.isDirectory()) pending.push(name);
      else if (isSafeRefName(name)) names.push(name);
    }
  }
  return names;
}
