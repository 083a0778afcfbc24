import type { ByteString } from '../../src/util/byte-string.js';
import type { GitOracle } from './git-oracle.js';
import type { RealNode } from './real-tree.js';
import { pathsBelow } from './real-tree.js';
import type { RecordedTree } from './recorded-tree.js';
import { ancestorsOf, directoryOf, isReserved, nameOf } from './recorded-tree.js';

/** A path that has a record of its own. */
export interface TrackedPath {
  readonly kind: 'file' | 'symlink' | 'nogbundle' | 'submodule';
  readonly node: RealNode;
  /** Commit of a submodule; null if there is none. */
  readonly head: string | null;
}

/** What is to be recorded of a real directory. */
export interface Tracking {
  readonly paths: ReadonlyMap<ByteString, TrackedPath>;
  /** Directories that are recorded entry by entry, without the toplevel. */
  readonly entered: ReadonlyMap<ByteString, RealNode>;
}

const EMPTY = Buffer.alloc(0);
const NEVER_NOGBUNDLES = ['.git', '.gitattributes', '.gitignore', '.nogbundles', '.nogtree'];

function stubFile(recorded: RecordedTree, name: string): Buffer {
  const file = recorded.get(name);
  return file?.mode === '100644' ? file.body : EMPTY;
}

/** Commit of a repository as far as the operations of this test make them; undefined if it is none. */
export function repositoryHead(directory: RealNode): string | null | undefined {
  const dotGit = directory.children.get('.git');
  const [, pointer] = /^gitdir: (.*)\n$/.exec(dotGit?.content.toString('latin1') ?? '') ?? [];
  const gitDir = pointer === undefined ? dotGit : directory.children.get(pointer);
  const at = (path: string): RealNode | undefined =>
    path.split('/').reduce<RealNode | undefined>((node, name) => node?.children.get(name), gitDir);
  const head = at('HEAD')?.content.toString('latin1').trim();
  if (head === undefined || at('objects') === undefined || at('refs') === undefined) return undefined;
  if (!head.startsWith('ref: ')) return head;
  const branch = head.slice('ref: '.length);
  const loose = at(branch)?.content.toString('latin1').trim();
  const packed = at('packed-refs')?.content.toString('latin1').split('\n').find((line) => line.endsWith(` ${branch}`));
  return loose ?? packed?.split(' ')[0] ?? null;
}

/** `*` and `**` of a pattern in `.nogbundles`; `?` is left to other tests. */
function nogbundlePattern(line: string): RegExp {
  const parts = line.replace(/^\//, '').replace(/\/$/, '').split(/(\*\*|\*)/);
  const source = parts.map((part) => {
    if (part === '**') return '[^]*';
    return part === '*' ? '[^/]*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}

function nogbundlesOf(oracle: GitOracle, root: RealNode, recorded: RecordedTree): Set<ByteString> {
  const lines = stubFile(recorded, '.nogbundles').toString('latin1').split('\n').map((line) => line.trim());
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#')).map(nogbundlePattern);
  const candidates = new Set<ByteString>();
  for (const [path, node] of pathsBelow(root)) {
    if (node.kind !== 'directory' || NEVER_NOGBUNDLES.includes(nameOf(path))) continue;
    const parent = directoryOf(path);
    if ((parent === '' || candidates.has(parent)) && patterns.some((pattern) => pattern.test(path))) candidates.add(path);
  }
  const asked = [...candidates].map((path) => `${path}/`);
  const selected = [...oracle.withAttribute('nogbundle', stubFile(recorded, '.gitattributes'), asked)].map((path) => path.slice(0, -1));
  const outer = new Set(selected.flatMap(ancestorsOf));
  return new Set(selected.filter((path) => !outer.has(path)));
}

/** Decides what is tracked, in the order of the rules: names, ignore rules, nogbundles, submodules, the rest. */
export function trackedPaths(oracle: GitOracle, realdir: string, root: RealNode, recorded: RecordedTree): Tracking {
  const asked = [...pathsBelow(root)].map(([path]) => path).filter((path) => !path.split('/').some((name) => name === '.git'));
  const ignored = oracle.ignored(realdir, stubFile(recorded, '.gitignore'), asked);
  const nogbundles = nogbundlesOf(oracle, root, recorded);
  const aboveNogbundles = new Set([...nogbundles].flatMap(ancestorsOf));
  const recordedDirectories = new Set([...recorded.keys()].flatMap(ancestorsOf));
  const paths = new Map<ByteString, TrackedPath>();
  const entered = new Map<ByteString, RealNode>();

  const visitDirectory = (path: ByteString, node: RealNode, mayBeNew: boolean): void => {
    if (nogbundles.has(path)) {
      paths.set(path, { kind: 'nogbundle', node, head: null });
      return;
    }
    const isWanted = recordedDirectories.has(path) || (mayBeNew && !ignored.has(path));
    const head = repositoryHead(node);
    if (aboveNogbundles.has(path)) {
      enter(path, node, mayBeNew && isWanted);
    } else if (isReserved(nameOf(path))) {
      return;
    } else if (head !== undefined && (isWanted || isTreeRecord(recorded, path))) {
      paths.set(path, { kind: 'submodule', node, head });
    } else if (isWanted) {
      enter(path, node, mayBeNew);
    }
  };

  const enter = (path: ByteString, directory: RealNode, mayBeNew: boolean): void => {
    if (path !== '') entered.set(path, directory);
    for (const [name, node] of directory.children) {
      const at = path === '' ? name : `${path}/${name}`;
      if (node.kind === 'directory') visitDirectory(at, node, mayBeNew && !isReserved(name));
      else if (node.kind === 'other' || at.split('/').some(isReserved)) continue;
      else if (recorded.has(at) || (mayBeNew && !ignored.has(at))) paths.set(at, { kind: node.kind, node, head: null });
    }
  };

  enter('', root, true);
  return { paths, entered };
}

/** True if a path is recorded as the summary of a whole tree. */
function isTreeRecord(recorded: RecordedTree, path: ByteString): boolean {
  const file = recorded.get(path);
  if (file === undefined || file.mode !== '100644' || file.origin !== 'real') return false;
  const text = file.body.toString('latin1');
  return /^dirs: /m.test(text) || /^submodule: /m.test(text) || /^name: .*\n$/.test(text);
}
