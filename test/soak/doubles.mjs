// Copies of shadow repos beside these, as somebody makes them who wants to be on the safe side, and removes later.
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { shadowsOf } from './shadows.mjs';

const FACETS = ['stat', 'sha', 'content'];

const headsOf = (repo) => FACETS.map((facet) => {
  const file = path.join(repo, `.git/refs/heads/master-${facet}`);
  return fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : null;
});

export class Doubles {
  count = 0;
  failures = [];
  #current = null;

  constructor(world) {
    this.world = world;
  }

  /** Copies one shadow repo, in whatever state it is. */
  make() {
    const { world } = this;
    const [original, ...others] = shadowsOf(world, world.pick(world.names));
    if (original === undefined || others.length > 0) return;
    const copy = path.join(path.dirname(original), `${randomUUID()}.fso`);
    spawnSync('cp', ['-r', original, copy]);
    if (!fs.existsSync(path.join(copy, '.git'))) {
      fs.rmSync(copy, { recursive: true, force: true });
      return;
    }
    this.#current = { copy, heads: headsOf(copy) };
    this.count += 1;
  }

  /** Removes the copy; nobody may have recorded anything there. */
  remove() {
    if (this.#current === null) return;
    const { copy, heads } = this.#current;
    this.#current = null;
    const now = headsOf(copy);
    if (now.some((head, index) => head !== heads[index])) this.failures.push(`${copy}: a copy beside its original was recorded into`);
    fs.rmSync(copy, { recursive: true, force: true });
  }
}
