// Real directories that change, on filesystems that come and go.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A generator of numbers from 0 to below 1 that a seed determines (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

function run(command, ...args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, stderr };
}

/** A file that is never touched as long as its repo exists: a record without it is of something else. */
export const KEEPER = 'keeper';

export class World {
  /** Names of repos whose realdir was removed for good. */
  gone = new Set();
  count = 0;

  constructor(top, roots, repos, random, canMount) {
    Object.assign(this, { top, random, canMount });
    this.roots = Array.from({ length: roots }, (_, index) => `root-${index}`);
    for (const root of this.roots) {
      fs.mkdirSync(path.join(top, root));
      if (canMount) fs.mkdirSync(this.disk(root));
    }
    this.mounted = new Set();
    this.names = [];
    for (let index = 0; index < repos; index += 1) this.addRepo();
    for (const root of this.roots) this.mount(root);
  }

  /** Where the content of a root really is. */
  disk(root) {
    return path.join(this.top, this.canMount ? root.replace('root', 'disk') : root);
  }

  /** The content of a repo `root-0/name`, whether its root is mounted or not. */
  content(name) {
    return path.join(this.disk(path.dirname(name)), path.basename(name));
  }

  realdir(name) {
    return path.join(this.top, name);
  }

  pick(items) {
    return items[Math.floor(this.random() * items.length)];
  }

  addRepo() {
    const name = `${this.pick(this.roots)}/repo-${String(this.names.length).padStart(3, '0')}`;
    fs.mkdirSync(path.join(this.content(name), 'sub'), { recursive: true });
    fs.writeFileSync(path.join(this.content(name), KEEPER), name);
    this.names.push(name);
  }

  /** Changes one repo in one way. */
  change() {
    const names = this.names.filter((name) => !this.gone.has(name));
    const directory = path.join(this.content(this.pick(names)), this.pick(['', 'sub']));
    const files = fs.readdirSync(directory).filter((file) => file.startsWith('file'));
    const kind = this.random();
    const file = path.join(directory, `file-${this.count++}`);
    if (files.length === 0 || kind < 0.4) fs.writeFileSync(file, 'x'.repeat(this.random() * 5000));
    else if (kind < 0.6) fs.appendFileSync(path.join(directory, this.pick(files)), 'more');
    else if (kind < 0.7) fs.renameSync(path.join(directory, this.pick(files)), file);
    else if (kind < 0.97) fs.rmSync(path.join(directory, this.pick(files)));
    else if (kind < 0.985) this.addRepo();
    else this.removeRepo(this.pick(names));
  }

  /** The last repo of a root stays: an emptied root is one that nobody believes. */
  removeRepo(name) {
    const left = this.names.filter((each) => !this.gone.has(each) && path.dirname(each) === path.dirname(name));
    if (left.length < 2 || this.gone.size > this.names.length / 10) return;
    this.gone.add(name);
    fs.rmSync(this.content(name), { recursive: true });
  }

  mount(root) {
    if (!this.canMount || this.mounted.has(root)) return;
    const { ok, stderr } = run('mount', '--bind', this.disk(root), path.join(this.top, root));
    if (!ok) throw new Error(`mount: ${stderr}`);
    this.mounted.add(root);
  }

  /** As an admin does it: in the usual way, else lazily. Sometimes another filesystem is there then, with the same names. */
  unmount(root) {
    if (!this.canMount || !this.mounted.has(root)) return;
    const place = path.join(this.top, root);
    if (!run('umount', place).ok && !run('umount', '-l', place).ok) throw new Error(`umount ${place}`);
    this.mounted.delete(root);
    if (this.random() < 0.5) return;
    run('mount', '-t', 'tmpfs', 'decoy', place);
    for (const name of this.names.filter((each) => path.dirname(each) === root)) fs.mkdirSync(this.realdir(name), { recursive: true });
    this.decoys = [...(this.decoys ?? []), root];
  }

  /** Puts everything in order. */
  mountAll() {
    for (const root of this.decoys ?? []) if (!run('umount', path.join(this.top, root)).ok) run('umount', '-l', path.join(this.top, root));
    this.decoys = [];
    for (const root of this.roots) this.mount(root);
  }
}
