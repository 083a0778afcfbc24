import { createHash } from 'node:crypto';
import type { ByteString } from '../../src/util/byte-string.js';

/** A recorded file; `origin` tells whether it came with the stub or from the real directory. */
export interface RecordedFile {
  readonly mode: '100644' | '120000';
  readonly body: Buffer;
  readonly origin: 'stub' | 'real';
}

/** A Git tree, flat: files by path. */
export type RecordedTree = ReadonlyMap<ByteString, RecordedFile>;

/** A Git tree, nested: what it has under a name. */
export type Nested = Map<ByteString, RecordedFile | Nested>;

export function nest(tree: RecordedTree): Nested {
  const top: Nested = new Map();
  for (const [path, file] of tree) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    let at = top;
    for (const name of names) {
      const below = at.get(name) ?? new Map<ByteString, RecordedFile | Nested>();
      if (!(below instanceof Map)) throw new Error(`${JSON.stringify(path)} is below a file`);
      at.set(name, below);
      at = below;
    }
    if (at.has(last)) throw new Error(`${JSON.stringify(path)} is a file and a directory`);
    at.set(last, file);
  }
  return top;
}

export function flatten(nested: Nested, at: ByteString = ''): Map<ByteString, RecordedFile> {
  const flat = new Map<ByteString, RecordedFile>();
  for (const [name, entry] of nested) {
    if (!(entry instanceof Map)) flat.set(at + name, entry);
    else for (const [path, file] of flatten(entry, `${at}${name}/`)) flat.set(path, file);
  }
  return flat;
}

function objectId(type: string, body: Buffer): Buffer {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest();
}

/** The object id that Git gives a tree. */
export function treeId(nested: Nested): Buffer {
  const rows = [...nested].map(([name, entry]) =>
    entry instanceof Map
      ? { key: `${name}/`, row: `40000 ${name}\0`, oid: treeId(entry) }
      : { key: name, row: `${entry.mode} ${name}\0`, oid: objectId('blob', entry.body) },
  );
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return objectId('tree', Buffer.concat(rows.flatMap(({ row, oid }) => [Buffer.from(row, 'latin1'), oid])));
}

export function sameFile(a: RecordedFile | undefined, b: RecordedFile | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.mode === b.mode && a.body.equals(b.body));
}

/** Directory of a path, the empty string for the toplevel. */
export function directoryOf(path: ByteString): ByteString {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Last component of a path. */
export function nameOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The directories above a path, nearest first, without the toplevel. */
export function ancestorsOf(path: ByteString): ByteString[] {
  const ancestors: ByteString[] = [];
  for (let at = directoryOf(path); at !== ''; at = directoryOf(at)) ancestors.push(at);
  return ancestors;
}

/** True for names that never come from the real directory, unless they are nogbundles. */
export function isReserved(name: ByteString): boolean {
  return name.startsWith('.git') || name.startsWith('.nog');
}
