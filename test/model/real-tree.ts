import fs from 'node:fs';
import type { ByteString } from '../../src/util/byte-string.js';

export type RealKind = 'file' | 'symlink' | 'directory' | 'other';

/** A path of the real directory with all that could be recorded about it. */
export interface RealNode {
  readonly kind: RealKind;
  readonly stat: fs.BigIntStats;
  /** Whole seconds, rounded down. */
  readonly mtime: bigint;
  /** Content of a file, target of a symbolic link; empty for others. */
  readonly content: Buffer;
  /** Empty for what is no directory. */
  readonly children: ReadonlyMap<ByteString, RealNode>;
}

const SECOND = 1_000_000_000n;

const bytes = (path: ByteString): Buffer => Buffer.from(path, 'latin1');

function floorSeconds(ns: bigint): bigint {
  return ns / SECOND - (ns % SECOND < 0n ? 1n : 0n);
}

function kindOf(stat: fs.BigIntStats): RealKind {
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isDirectory() ? 'directory' : 'other';
}

/** Reads all of a directory tree; null if there is nothing, or no directory. */
export function readRealTree(root: ByteString): RealNode | null {
  if (fs.statSync(bytes(root), { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  return readNode(`${root}/.`);
}

function readNode(path: ByteString): RealNode {
  const stat = fs.lstatSync(bytes(path), { bigint: true });
  const kind = kindOf(stat);
  const children = new Map<ByteString, RealNode>();
  if (kind === 'directory') {
    for (const name of fs.readdirSync(bytes(path), 'latin1')) children.set(name, readNode(`${path}/${name}`));
  }
  return { kind, stat, mtime: floorSeconds(stat.mtimeNs), content: contentOf(kind, path), children };
}

function contentOf(kind: RealKind, path: ByteString): Buffer {
  if (kind === 'file') return fs.readFileSync(bytes(path));
  return kind === 'symlink' ? fs.readlinkSync(bytes(path), 'buffer') : Buffer.alloc(0);
}

/** All paths below a directory, parents first. */
export function* pathsBelow(node: RealNode, at: ByteString = ''): Generator<[path: ByteString, node: RealNode]> {
  for (const [name, child] of node.children) {
    yield [at + name, child];
    yield* pathsBelow(child, `${at}${name}/`);
  }
}

/** Everything that an observer must leave as it is; access times do change. */
export function fingerprint(root: RealNode | null): string {
  if (root === null) return 'absent';
  const lines = [...pathsBelow(root), ['', root] as const].map(([path, { stat, content }]) => {
    const { mode, uid, gid, nlink, size, mtimeNs, ctimeNs, ino } = stat;
    return [path, mode, uid, gid, nlink, size, mtimeNs, ctimeNs, ino, content.toString('latin1')].join('\0');
  });
  return lines.sort().join('\n');
}
