import type { ByteString } from '../../util/byte-string.js';

/** What is directly in a directory, without its subdirectories. */
export interface DirectorySums {
  /** Real path. */
  readonly path: ByteString;
  readonly files: number;
  /** Bytes. */
  readonly size: number;
  /** Bytes at the begin of the period. */
  readonly before: number;
  /** Bytes that were newly observed since then: what the first record of a repo holds, which is no growth. */
  readonly first: number;
  /** When the youngest file was modified, in seconds since 1970; null if that is not known of any. */
  readonly newest: number | null;
}

/** A directory, with all that is in it. */
export interface TreeDirectory {
  /** Relative to the directory above it; several names where each of these directories has nothing but the next one. */
  name: ByteString;
  files: number;
  size: number;
  before: number;
  first: number;
  newest: number | null;
  readonly children: Map<ByteString, TreeDirectory>;
  /** What is directly in it. */
  own: Omit<DirectorySums, 'path'>;
}

const NOTHING = { files: 0, size: 0, before: 0, first: 0, newest: null } as const;

/** The later of two times. */
export function newer(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other > one) ? other : one;
}

function newDirectory(name: ByteString): TreeDirectory {
  return { name, ...NOTHING, children: new Map(), own: NOTHING };
}

/**
 * The tree of all directories in which there is something, or was at the begin of the period.
 * @param directories those with files of their own, each once, in any order
 * @returns the innermost directory that holds all of them
 */
export function directoryTree(directories: Iterable<DirectorySums>): TreeDirectory {
  const top = newDirectory('/');
  for (const { path, ...own } of directories) {
    let at = top;
    for (const name of path.split('/')) {
      if (name === '') continue;
      let next = at.children.get(name);
      if (next === undefined) at.children.set(name, (next = newDirectory(name)));
      at = next;
    }
    at.own = own;
  }
  addUp(top);
  return withoutChain(top);
}

/** Deep trees must not end in a full stack. */
function addUp(top: TreeDirectory): void {
  const order = [top];
  for (const directory of order) order.push(...directory.children.values());
  for (const directory of order.reverse()) {
    const parts = [directory.own, ...directory.children.values()];
    directory.files = parts.reduce((sum, { files }) => sum + files, 0);
    directory.size = parts.reduce((sum, { size }) => sum + size, 0);
    directory.before = parts.reduce((sum, { before }) => sum + before, 0);
    directory.first = parts.reduce((sum, { first }) => sum + first, 0);
    directory.newest = parts.reduce<number | null>((latest, { newest }) => newer(latest, newest), null);
    for (const [name, child] of directory.children) directory.children.set(name, withoutChain(child));
  }
}

/** Directories with nothing but one other directory are one with it. */
function withoutChain(directory: TreeDirectory): TreeDirectory {
  const [only, ...others] = directory.children.values();
  if (only === undefined || others.length > 0 || directory.own.files > 0 || directory.own.before > 0) return directory;
  return { ...only, name: directory.name === '/' ? `/${only.name}` : `${directory.name}/${only.name}` };
}
