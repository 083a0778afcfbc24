import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { FileCall } from './trace-log.js';

interface FileNode {
  readonly kind: 'file';
  data: Buffer;
  /** What is on disk for sure; null if nothing ever was. */
  synced: Buffer | null;
  position: number;
}

type Node = FileNode | { readonly kind: 'directory' } | { readonly kind: 'symlink'; readonly target: string };

/** A change of directories. What is not synced may be lost, one change without the other. */
interface Change {
  readonly remove: { readonly dir: Node; readonly name: string } | null;
  readonly add: { readonly dir: Node; readonly name: string } | null;
  readonly node: Node;
  isSynced: boolean;
}

/** What a file that was not synced has become: as written, as it was before, cut short, or garbage. */
const FATES = ['written', 'lost', 'short', 'garbage'] as const;

/** A state in which a disk may be after a power failure, given what was synced before. */
export interface Image {
  readonly key: string;
  writeTo(dir: string): void;
}

type Entries = Map<Node, Map<string, Node>>;

/** Files and directories below a root, as processes see them, and as they may be on disk. */
export class Disk {
  private readonly top: Node = { kind: 'directory' };
  private readonly base: Entries = new Map();
  private readonly now: Entries = new Map();
  private readonly changes: Change[] = [];

  /** @param isIrrelevant for paths below the root whose content no promise is about */
  constructor(
    private readonly root: string,
    private readonly isIrrelevant: (name: string) => boolean,
  ) {
    this.load(this.top, root);
  }

  private load(dir: Node, place: string): void {
    const entries = new Map<string, Node>();
    this.base.set(dir, entries);
    for (const entry of fs.readdirSync(Buffer.from(place, 'latin1'), { encoding: 'latin1', withFileTypes: true })) {
      const at = `${place}/${entry.name}`;
      const node: Node = entry.isDirectory() ? { kind: 'directory' } : this.loadFile(at, entry.isSymbolicLink());
      entries.set(entry.name, node);
      if (entry.isDirectory()) this.load(node, at);
    }
    this.now.set(dir, new Map(entries));
  }

  private loadFile(at: string, isLink: boolean): Node {
    if (isLink) return { kind: 'symlink', target: fs.readlinkSync(Buffer.from(at, 'latin1'), 'latin1') };
    const data = fs.readFileSync(Buffer.from(at, 'latin1'));
    return { kind: 'file', data, synced: data, position: 0 };
  }

  /** True if a call is about something below the root. */
  concerns(call: FileCall): boolean {
    return call.call !== 'report' && this.nameOf(call.path) !== null;
  }

  /** Does what a call did; calls about other places are passed over. */
  apply(call: FileCall): void {
    if (call.call === 'report') return;
    const from = this.locate(call.path);
    if (from === null) return;
    const node = this.now.get(from.dir)?.get(from.name) ?? (call.path === this.root ? this.top : undefined);
    switch (call.call) {
      case 'open':
        return this.open(from, node, call);
      case 'write':
        return this.write(node, call.bytes, call.at);
      case 'truncate':
        return void (node?.kind === 'file' && (node.data = node.data.subarray(0, call.length)));
      case 'fsync':
        return this.sync(node);
      case 'mkdir':
        return this.change(null, from, { kind: 'directory' });
      case 'symlink':
        return this.change(null, from, { kind: 'symlink', target: call.target });
      case 'rmdir':
      case 'unlink':
        return void (node !== undefined && this.change(from, null, node));
      case 'rename':
      case 'link': {
        const to = this.locate(call.to);
        if (to !== null && node !== undefined) this.change(call.call === 'rename' ? from : null, to, node);
      }
    }
  }

  private locate(place: string): { dir: Node; name: string } | null {
    const relative = this.nameOf(place);
    if (relative === null) return null;
    const parts = relative.split('/');
    const name = parts.pop() ?? '';
    let dir = this.top;
    for (const part of parts) {
      const next = this.now.get(dir)?.get(part);
      if (next?.kind !== 'directory') return null;
      dir = next;
    }
    return { dir, name };
  }

  /** The path below the root; null for other places, and for what is irrelevant. */
  private nameOf(place: string): string | null {
    if (place !== this.root && !place.startsWith(`${this.root}/`)) return null;
    const name = place.slice(this.root.length + 1).replace(/\/$/, '');
    return this.isIrrelevant(name) ? null : name;
  }

  private open(at: { dir: Node; name: string }, node: Node | undefined, { truncates, appends }: FileCall & { call: 'open' }): void {
    if (node === undefined) this.change(null, at, { kind: 'file', data: Buffer.alloc(0), synced: null, position: 0 });
    else if (node.kind === 'file') {
      if (truncates) node.data = Buffer.alloc(0);
      node.position = appends ? node.data.length : 0;
    }
  }

  private write(node: Node | undefined, bytes: Buffer, at: number | null): void {
    if (node?.kind !== 'file') return;
    const start = at ?? node.position;
    const data = Buffer.alloc(Math.max(node.data.length, start + bytes.length));
    node.data.copy(data);
    bytes.copy(data, start);
    node.data = data;
    if (at === null) node.position = start + bytes.length;
  }

  private sync(node: Node | undefined): void {
    if (node?.kind === 'file') node.synced = node.data;
    // A rename is one change: it is on disk with the directory that the file comes to.
    else for (const change of this.changes) if ((change.add ?? change.remove)?.dir === node) change.isSynced = true;
  }

  private change(remove: Change['remove'], add: Change['add'], node: Node): void {
    if (node.kind === 'directory' && !this.now.has(node)) {
      this.now.set(node, new Map());
      this.base.set(node, new Map());
    }
    const change = { remove, add, node, isSynced: false };
    this.changes.push(change);
    applyChange(this.now, change);
  }

  /** States in which the disk may be now; at most `limit`, the same ones each time. */
  images(limit: number): Image[] {
    const open = this.changes.filter((change) => !change.isSynced);
    const images = new Map<string, Image>();
    for (const isThere of subsets(open.length, limit)) {
      const entries = new Map([...this.base].map(([dir, names]) => [dir, new Map(names)]));
      let index = 0;
      for (const change of this.changes) if (change.isSynced || isThere(index++)) applyChange(entries, change);
      const unsynced = [...filesIn(entries, this.top)].filter((file) => file.synced === null || !file.synced.equals(file.data));
      for (let fate = 0; fate < (unsynced.length === 0 ? 1 : FATES.length); fate += 1) {
        // All files fare alike, or each worse than the one before.
        for (const step of unsynced.length > 1 ? [0, 1] : [0]) {
          const contents = new Map(unsynced.map((file, at) => [file, fateOf(file, FATES[(fate + at * step) % FATES.length] ?? 'lost')]));
          const image = this.image(entries, contents);
          images.set(image.key, image);
        }
      }
    }
    return [...images.values()];
  }

  private image(entries: Entries, contents: ReadonlyMap<FileNode, Buffer>): Image {
    const hash = createHash('sha1');
    const files: { at: string; node: Node; data: Buffer }[] = [];
    const visit = (dir: Node, place: string): void => {
      for (const [name, node] of [...(entries.get(dir) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const at = `${place}/${name}`;
        const data = node.kind === 'file' ? (contents.get(node) ?? node.data) : Buffer.alloc(0);
        files.push({ at, node, data });
        hash.update(`${at}\0${node.kind}\0`).update(data);
        if (node.kind === 'directory') visit(node, at);
      }
    };
    visit(this.top, '');
    return { key: hash.digest('hex'), writeTo: (dir) => files.forEach(({ at, node, data }) => writeNode(path.join(dir, at), node, data)) };
  }
}

function applyChange(entries: Entries, { remove, add, node }: Change): void {
  const names = remove === null ? undefined : entries.get(remove.dir);
  if (remove !== null && names?.get(remove.name) === node) names.delete(remove.name);
  if (add !== null) entries.get(add.dir)?.set(add.name, node);
}

function* filesIn(entries: Entries, dir: Node): Generator<FileNode> {
  for (const node of entries.get(dir)?.values() ?? []) {
    if (node.kind === 'file') yield node;
    else yield* filesIn(entries, node);
  }
}

function fateOf({ data, synced }: FileNode, fate: (typeof FATES)[number]): Buffer {
  const before = synced ?? Buffer.alloc(0);
  if (fate === 'written') return data;
  if (fate === 'lost') return before;
  if (fate === 'short') return data.subarray(0, Math.floor((before.length + data.length) / 2));
  return Buffer.concat([before.subarray(0, data.length), Buffer.alloc(Math.max(0, data.length - before.length), 0xa5)]);
}

/**
 * Which of `count` changes are on disk: every subset if there are not too many; else none, all, each of the
 * first ones alone, all but each of the last ones, and arbitrary ones, always the same.
 */
function* subsets(count: number, limit: number): Generator<(index: number) => boolean> {
  if (2 ** count <= limit) {
    for (let mask = 0; mask < 2 ** count; mask += 1) yield (index) => ((mask >>> index) & 1) === 1;
    return;
  }
  for (let length = 0; length <= count; length += Math.ceil((count * 4) / limit)) {
    yield (index) => index < length;
    yield (index) => index !== length;
  }
  for (let round = 0; round < limit / 2; round += 1)
    yield (index) => createHash('md5').update(`${round} ${index}`).digest().readUInt8(0) % 2 === 0;
}

function writeNode(at: string, node: Node, data: Buffer): void {
  const file = Buffer.from(at, 'latin1');
  if (node.kind === 'directory') fs.mkdirSync(file);
  else if (node.kind === 'symlink') fs.symlinkSync(Buffer.from(node.target, 'latin1'), file);
  else fs.writeFileSync(file, data);
}
