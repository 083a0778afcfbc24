// Real directories that change, on filesystems that come and go.
import fs from 'node:fs';
import path from 'node:path';
import { InnerMounts } from './inner-mounts.mjs';
import { mustRun, unmount } from './shell.mjs';

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

/** A file that is never touched as long as its repo exists: a record without it is of something else. */
export const KEEPER = 'keeper';

/** Text that the facet `content` records. */
export const README = 'README.md';

/** A repository inside of a repo, of which nothing is recorded but its commit and sums. */
const NESTED = 'annexed';

/** Of so many repos, one belongs to another user, who lets nobody in. */
const PRIVATE_EACH = 5;
const FIRST_OWNER = 20_000;

/** Where changes show in nothing but sums, of the repository, of a bundle, or of what is never tracked; or are deep at least. */
const DEEP_PLACES = [`${NESTED}/.git/annex/objects/Xx/9k`, `${NESTED}/data`, '.nog-hidden/a/b', 'sub/deep/er'];

export class World {
  /** Names of repos whose realdir was removed for good. */
  gone = new Set();
  /** Roots in whose place another filesystem is. */
  decoys = new Set();
  mounted = new Set();
  /** Roots whose projects are not mounted. */
  unmountedProjects = new Set();
  /** Repos that are filesystems of their own. */
  projects = new Set();
  names = [];
  count = 0;
  unmounts = 0;
  privateRepos = 0;
  isFull = false;
  fullDisks = 0;

  constructor({ top, roots, repos, random, canMount, diskSize }) {
    Object.assign(this, { top, random, canMount });
    this.roots = Array.from({ length: roots }, (_, index) => `root-${index}`);
    /** Roots whose repos have bundles for subdirectories. */
    this.bundles = new Set(this.roots.slice(-1));
    this.shadow = path.join(top, 'shadow');
    fs.mkdirSync(this.shadow);
    if (canMount) mustRun('mount', '-t', 'tmpfs', '-o', `size=${diskSize}`, 'shadow-disk', this.shadow);
    for (const root of this.roots) {
      fs.mkdirSync(path.join(top, root));
      if (canMount) fs.mkdirSync(this.disk(root));
    }
    this.projectDisk = path.join(top, 'project-disk');
    fs.mkdirSync(this.projectDisk);
    if (canMount) mustRun('mount', '-t', 'tmpfs', 'project-disk', this.projectDisk);
    this.inner = new InnerMounts(this);
    for (let index = 0; index < repos; index += 1) this.addRepo();
    for (const root of this.roots) this.mount(root);
  }

  /** Where the content of a root really is. */
  disk(root) {
    return path.join(this.top, this.canMount ? root.replace('root', 'disk') : root);
  }

  /** The content of a repo `root-0/name`, whether it is mounted or not. */
  content(name) {
    const disk = this.disk(path.dirname(name));
    return this.projects.has(name) ? path.join(this.projectDisk, name) : path.join(disk, path.basename(name));
  }

  realdir(name) {
    return path.join(this.top, name);
  }

  pick(items) {
    return items[Math.floor(this.random() * items.length)];
  }

  addRepo() {
    const number = this.names.length;
    const isFirst = number < this.roots.length;
    const name = `${isFirst ? this.roots[number] : this.pick(this.roots)}/repo-${String(number).padStart(3, '0')}`;
    if (isFirst && this.canMount) {
      this.projects.add(name);
      fs.mkdirSync(path.join(this.disk(path.dirname(name)), path.basename(name)));
    }
    fs.mkdirSync(path.join(this.content(name), 'sub'), { recursive: true });
    for (const part of ['objects', 'refs']) fs.mkdirSync(path.join(this.content(name), NESTED, '.git', part), { recursive: true });
    fs.writeFileSync(path.join(this.content(name), NESTED, '.git/HEAD'), `${'a'.repeat(40)}\n`);
    fs.writeFileSync(path.join(this.content(name), KEEPER), name);
    fs.writeFileSync(path.join(this.content(name), README), `# ${name}\n`);
    this.names.push(name);
    // The second repos of roots, and none that is added later.
    if (number >= this.roots.length && number < 2 * this.roots.length) this.inner.add(name);
    if (this.canMount && number % PRIVATE_EACH === 2) this.makePrivate(name, FIRST_OWNER + number);
  }

  makePrivate(name, owner) {
    fs.chownSync(this.content(name), owner, owner);
    fs.chmodSync(this.content(name), 0o700);
    this.privateRepos += 1;
  }

  /** True for a directory of a repo, by its path, that is recorded as a whole. */
  isWhole(name, at) {
    return at === NESTED || (at !== '' && this.bundles.has(path.dirname(name)) && !at.includes('/'));
  }

  /** Changes something where nobody enters, or deep down. */
  changeDeep(name) {
    const directory = path.join(this.content(name), this.pick(DEEP_PLACES));
    const files = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
    if (files.length > 3) fs.rmSync(directory, { recursive: true });
    else if (files.length > 0 && this.random() < 0.5) fs.appendFileSync(path.join(directory, this.pick(files)), 'more');
    else {
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync(path.join(directory, `deep-${this.count++}`), 'x'.repeat(this.random() * 5000));
    }
  }

  /** Changes one repo in one way. */
  change() {
    const names = this.names.filter((name) => !this.gone.has(name));
    const name = this.pick(names);
    if (this.random() < 0.1) return this.inner.change();
    if (this.random() < 0.15) return this.changeDeep(name);
    const directory = path.join(this.content(name), this.pick(['', 'sub']));
    const files = fs.readdirSync(directory).filter((file) => file.startsWith('file'));
    const kind = this.random();
    const file = path.join(directory, `file-${this.count++}`);
    if (kind < 0.1) fs.appendFileSync(path.join(this.content(name), README), `Change ${this.count}\n`);
    else if (files.length === 0 || kind < 0.4) fs.writeFileSync(file, 'x'.repeat(this.random() * 5000));
    else if (kind < 0.6) fs.appendFileSync(path.join(directory, this.pick(files)), 'more');
    else if (kind < 0.7) fs.renameSync(path.join(directory, this.pick(files)), file);
    else if (kind < 0.985) fs.rmSync(path.join(directory, this.pick(files)));
    else if (kind < 0.9925) this.addRepo();
    else this.removeRepo(name);
  }

  /** The last repo of a root stays: an emptied root is one that nobody believes. */
  removeRepo(name) {
    if (this.projects.has(name) || this.inner.has(name)) return;
    const left = this.names.filter((each) => !this.gone.has(each) && path.dirname(each) === path.dirname(name));
    if (left.length < 2 || this.gone.size >= this.names.length / 10) return;
    this.gone.add(name);
    fs.rmSync(this.content(name), { recursive: true });
  }

  mount(root) {
    if (!this.canMount || this.mounted.has(root)) return;
    const place = path.join(this.top, root);
    if (this.decoys.delete(root)) unmount(place);
    // What somebody has written below a mount point stays there.
    mustRun('mount', '--bind', this.disk(root), place);
    this.mounted.add(root);
    this.unmountedProjects.add(root);
    if (this.random() < 0.5) this.mountProjects(root);
    if (this.random() < 0.5) this.inner.mountAll();
  }

  /** Mounts the filesystems below a root. */
  mountProjects(root) {
    if (!this.mounted.has(root) || !this.unmountedProjects.delete(root)) return;
    for (const name of this.projects) if (path.dirname(name) === root) mustRun('mount', '--bind', this.content(name), this.realdir(name));
  }

  /** Unmounts the filesystems below a root, which stays. */
  unmountProjects(root) {
    if (!this.mounted.has(root) || this.unmountedProjects.has(root)) return;
    for (const name of this.projects) if (path.dirname(name) === root) unmount(this.realdir(name));
    this.unmountedProjects.add(root);
    this.unmounts += 1;
  }

  /** What is there then: nothing, what was below the mount point, or another filesystem with the same names. */
  unmount(root) {
    if (!this.mounted.has(root)) return;
    const place = path.join(this.top, root);
    unmount(place);
    this.mounted.delete(root);
    this.inner.forget(root);
    this.unmounts += 1;
    const kind = this.random();
    if (kind < 0.4) return;
    if (kind < 0.7) {
      fs.writeFileSync(path.join(place, 'not-mounted'), '');
      return;
    }
    mustRun('mount', '-t', 'tmpfs', '-o', 'size=1m', 'decoy', place);
    for (const name of this.names.filter((each) => path.dirname(each) === root)) fs.mkdirSync(this.realdir(name));
    this.decoys.add(root);
  }

  /** Leaves no room on the disk of the shadow root. */
  fillDisk() {
    const file = fs.openSync(path.join(this.shadow, 'ballast'), 'w');
    try {
      for (const size of [1 << 22, 1 << 16, 1 << 12]) {
        const chunk = Buffer.alloc(size, 1);
        while (fs.writeSync(file, chunk) === size);
      }
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      fs.closeSync(file);
    }
    this.isFull = true;
    this.fullDisks += 1;
  }

  freeDisk() {
    fs.rmSync(path.join(this.shadow, 'ballast'), { force: true });
    this.isFull = false;
  }

  /** Puts everything in order. */
  restore() {
    this.freeDisk();
    for (const root of this.roots) {
      this.mount(root);
      this.mountProjects(root);
    }
    this.inner.mountAll();
  }
}
