import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { Oid } from '../objects/object-id.js';

/** The file modes that trees of Git contain (gitformat-pack(5), git-fast-import(1)). */
export const FileMode = {
  file: 0o100644,
  executable: 0o100755,
  symlink: 0o120000,
  directory: 0o40000,
  gitlink: 0o160000,
} as const;

/** One entry of a tree object. The name is a single path component of arbitrary bytes. */
export interface TreeEntry {
  readonly mode: number;
  readonly name: ByteString;
  readonly oid: Oid;
}

const NUL = 0x00;
const SPACE = 0x20;
const SLASH = 0x2f;
const DIGIT_0 = 0x30;
const DIGIT_7 = 0x37;
const OID_LENGTH = 20;

/** Decodes the body of a tree object entry by entry. */
export class TreeDecoder {
  // One conversion for all, then substrings of it: several times faster than a conversion a field.
  readonly #text: string;
  #at = 0;

  /** @param body of the tree object; names and ids share the memory of all of it. */
  constructor(body: Buffer) {
    this.#text = body.toString('latin1');
  }

  /**
   * The next entry in the order of the object; undefined at the end.
   * @throws FsoError if the body does not parse as a tree.
   */
  next(): TreeEntry | undefined {
    const text = this.#text;
    const start = this.#at;
    if (start === text.length) return undefined;
    let at = start;
    let mode = 0;
    let code = text.charCodeAt(at);
    while (code >= DIGIT_0 && code <= DIGIT_7) {
      mode = mode * 8 + code - DIGIT_0;
      code = text.charCodeAt(++at);
    }
    if (code !== SPACE || at === start || at - start > 7) throw malformed(start);
    const nameStart = ++at;
    code = text.charCodeAt(at);
    // Past the end charCodeAt gives NaN, which differs from everything: hence the check of the length.
    while (code !== NUL && code !== SLASH && at < text.length) code = text.charCodeAt(++at);
    const end = at + 1 + OID_LENGTH;
    if (code !== NUL || at === nameStart || end > text.length) throw malformed(start);
    this.#at = end;
    return { mode, name: text.substring(nameStart, at), oid: text.substring(at + 1, end) as Oid };
  }
}

/**
 * The entries of a tree object, in the order of the object. Whoever keeps a few of many for long
 * should copy them: they share the memory of the whole body.
 * @throws FsoError if the body does not parse as a tree.
 */
export function decodeTree(body: Buffer): TreeEntry[] {
  const decoder = new TreeDecoder(body);
  const entries: TreeEntry[] = [];
  for (let entry = decoder.next(); entry !== undefined; entry = decoder.next()) entries.push(entry);
  return entries;
}

/**
 * The entry with a name, without decoding the others; null if there is none.
 * @throws FsoError if the body does not parse as a tree, as far as it is read
 */
export function findInTree(body: Buffer, name: ByteString): TreeEntry | null {
  // Not to be found is not to be there; what is found may also be part of an id, or the end of another name.
  const text = ` ${name}\0`;
  let found = body.indexOf(text, 0, 'latin1');
  if (found < 0) return null;
  for (let start = 0; start <= found; ) {
    let space = start;
    while (space < found && body[space] !== SPACE) space++;
    let end = space;
    while (end < body.length && body[end] !== NUL) end++;
    if (end + 1 + OID_LENGTH > body.length) throw malformed(start);
    if (space === found) return decodeTree(body.subarray(start, end + 1 + OID_LENGTH))[0] ?? null;
    start = end + 1 + OID_LENGTH;
    // It was inside of this entry; the name may still follow.
    if (start > found) found = body.indexOf(text, start, 'latin1');
    if (found < 0) return null;
  }
  return null;
}

/**
 * Where the entries of a tree object begin, and at last its length.
 * @throws FsoError if the body does not parse as a tree, as far as names and ids go
 */
export function entryStarts(body: Buffer): Uint32Array {
  const starts: number[] = [0];
  for (let start = 0; start < body.length; starts.push(start)) {
    let end = start;
    while (end < body.length && body[end] !== NUL) end++;
    end += 1 + OID_LENGTH;
    if (end > body.length) throw malformed(start);
    start = end;
  }
  return Uint32Array.from(starts);
}

/** The first entry of each name, for trees that have one twice. */
export function firstOfEachName(entries: readonly TreeEntry[]): TreeEntry[] {
  const names = new Set<ByteString>();
  return entries.filter(({ name }) => names.size < names.add(name).size);
}

function malformed(at: number): FsoError {
  return new FsoError(`the tree object is malformed at byte ${at}`);
}

/** The body of the tree object with these entries, which must be in Git's order (`compareEntryNames`). */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  let text = '';
  for (const entry of entries) text += `${entry.mode.toString(8)} ${entry.name}\0${entry.oid}`;
  return Buffer.from(text, 'latin1');
}

/**
 * Git's order of tree entries: by bytes, where the name of a tree counts as if it ended with `/`.
 * Negative if `a` comes first, positive if `b` does, 0 if they are the same.
 */
export function compareEntryNames(a: ByteString, aIsTree: boolean, b: ByteString, bIsTree: boolean): number {
  const shorter = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < shorter; i++) {
    const difference = a.charCodeAt(i) - b.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return codeAfterName(a, aIsTree, shorter) - codeAfterName(b, bIsTree, shorter) || a.length - b.length;
}

function codeAfterName(name: ByteString, isTree: boolean, at: number): number {
  if (at < name.length) return name.charCodeAt(at);
  return isTree ? SLASH : NUL;
}
