// Where the shadow repos of a soak are.
import fs from 'node:fs';
import path from 'node:path';

/** The shadow repos of a repo, also copies. */
export function shadowsOf(world, name) {
  const mirror = path.join(world.shadow, world.realdir(name));
  const entries = fs.existsSync(mirror) ? fs.readdirSync(mirror) : [];
  return entries.filter((entry) => entry.endsWith('.fso')).map((entry) => path.join(mirror, entry));
}
