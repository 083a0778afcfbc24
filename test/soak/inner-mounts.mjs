// Filesystems that are mounted inside of repos, and come and go while these stay.
import fs from 'node:fs';
import path from 'node:path';
import { mustRun, unmount } from './shell.mjs';

/** Where they are mounted. */
const PLACE = 'inner';

/** In each of them: a record without it is of what the mount covers. */
export const INNER_KEEPER = `${PLACE}/keeper`;

export class InnerMounts {
  unmounts = 0;
  #names = new Set();
  #mounted = new Set();
  #count = 0;

  /** Without a mount namespace these are directories like others. */
  constructor(world) {
    this.world = world;
    this.disk = path.join(world.top, 'inner-disk');
    if (!world.canMount) return;
    fs.mkdirSync(this.disk);
    mustRun('mount', '-t', 'tmpfs', 'inner-disk', this.disk);
  }

  has(name) {
    return this.#names.has(name);
  }

  #content(name) {
    return this.world.canMount ? path.join(this.disk, name) : path.join(this.world.content(name), PLACE);
  }

  add(name) {
    this.#names.add(name);
    fs.mkdirSync(path.join(this.world.content(name), PLACE), { recursive: true });
    fs.mkdirSync(path.join(this.#content(name), 'deep'), { recursive: true });
    fs.writeFileSync(path.join(this.#content(name), 'keeper'), name);
  }

  /** Changes something in one of them, also while it is not mounted. */
  change() {
    const { world } = this;
    const directory = path.join(this.#content(world.pick([...this.#names])), world.pick(['', 'deep']));
    const files = fs.readdirSync(directory).filter((file) => file.startsWith('file'));
    if (files.length > 3) fs.rmSync(path.join(directory, world.pick(files)));
    else fs.writeFileSync(path.join(directory, `file-${this.#count++}`), 'x'.repeat(world.random() * 1000));
  }

  #canHave(name) {
    return this.world.canMount && this.world.mounted.has(path.dirname(name));
  }

  mountAll() {
    for (const name of this.#names) {
      if (!this.#canHave(name) || this.#mounted.has(name)) continue;
      mustRun('mount', '--bind', this.#content(name), path.join(this.world.realdir(name), PLACE));
      this.#mounted.add(name);
    }
  }

  unmountOne() {
    const name = this.world.pick([...this.#mounted]);
    if (name === undefined) return;
    unmount(path.join(this.world.realdir(name), PLACE));
    this.#mounted.delete(name);
    this.unmounts += 1;
  }

  /** With a root, what is mounted below it goes, too. */
  forget(root) {
    for (const name of this.#mounted) if (path.dirname(name) === root) this.#mounted.delete(name);
  }
}
