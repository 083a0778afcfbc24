import { createHash } from 'node:crypto';
import type { ByteString } from '../../src/util/byte-string.js';
import type { RealNode } from './real-tree.js';
import { pathsBelow } from './real-tree.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t',
};

/** A name as a JSON string in the way of jq. */
function jsonName(name: ByteString): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(name, 'latin1'));
  const quoted = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (ESCAPES[character] !== undefined) return ESCAPES[character];
    return code < 0x20 || code === 0x7f ? `\\u00${code.toString(16).padStart(2, '0')}` : character;
  });
  return `"${quoted.join('')}"`;
}

export interface Sums {
  readonly lines: readonly [key: string, value: bigint][];
  readonly mtimeMin: bigint;
  readonly mtimeMax: bigint;
}

/** Counts over a tree, the directory itself included. */
function sumsOf(root: RealNode): Sums {
  const all = [root, ...[...pathsBelow(root)].map(([, node]) => node)];
  const count = (kind: RealNode['kind']): bigint => BigInt(all.filter((node) => node.kind === kind).length);
  const sizes = new Map(
    all.filter(({ kind }) => kind === 'file').map(({ stat }) => [`${stat.dev} ${stat.ino}`, stat.size]),
  );
  const mtimes = all.map(({ mtime }) => mtime);
  return {
    lines: [
      ['dirs', count('directory')],
      ['files', count('file')],
      ['links', count('symlink')],
      ['others', count('other')],
      ['size', [...sizes.values()].reduce((sum, size) => sum + size, 0n)],
    ],
    mtimeMin: mtimes.reduce((a, b) => (a < b ? a : b)),
    mtimeMax: mtimes.reduce((a, b) => (a > b ? a : b)),
  };
}

type Line = readonly [key: string, value: bigint | string];

function record(...lines: readonly Line[]): Buffer {
  return Buffer.from(lines.map(([key, value]) => `${key}: ${value}\n`).join(''));
}

const quoted = (text: string): string => `"${text}"`;
const nameLine = (name: ByteString): Line => ['name', jsonName(name)];

export function fileOnStat(name: ByteString, node: RealNode): Buffer {
  return record(nameLine(name), ['size', node.stat.size], ['mtime', node.mtime]);
}

export function fileOnSha(name: ByteString, node: RealNode): Buffer {
  const sum = (algorithm: string): string => quoted(createHash(algorithm).update(node.content).digest('hex'));
  return record(nameLine(name), ['size', node.stat.size], ['sha1', sum('sha1')], ['sha256', sum('sha256')]);
}

export function directoryOnStat(name: ByteString, node: RealNode): Buffer {
  return record(nameLine(name), ['mtime', node.mtime]);
}

export function nameOnly(name: ByteString): Buffer {
  return record(nameLine(name));
}

export function treeOnStat(name: ByteString, node: RealNode, head: string | null): Buffer {
  const submodule: Line[] = head === null ? [] : [['submodule', quoted(head)]];
  return record(nameLine(name), ['mtime', node.mtime], ...sumsOf(node).lines, ...submodule);
}

export function submoduleOnSha(name: ByteString, head: string | null): Buffer {
  return head === null ? nameOnly(name) : record(nameLine(name), ['submodule', quoted(head)]);
}

/** @param head commit of the real directory itself, null if it is no repository with a commit */
export function toplevelOnStat(root: RealNode, head: string | null): Buffer {
  const sums = sumsOf(root);
  const dotGit = root.children.get('.git');
  const git: Line[] =
    head === null || dotGit === undefined
      ? []
      : [
          ['git', quoted(head)],
          ['git_mtime', dotGit.mtime],
          ...sumsOf(dotGit).lines.map(([key, value]): Line => [`git_${key}`, value]),
        ];
  return record(
    ['name', '"root"'],
    ['mtime', root.mtime],
    ...sums.lines,
    ['mtime_min', sums.mtimeMin],
    ['mtime_max', sums.mtimeMax],
    ['attrs', '""'],
    ...git,
  );
}

export function toplevelOnSha(head: string | null): Buffer {
  return head === null ? record(['name', '"root"']) : record(['name', '"root"'], ['git', quoted(head)]);
}
