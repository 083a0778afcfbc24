// The git-fso that the crash tests run, and its surroundings.
import fs from 'node:fs';
import path from 'node:path';

/** The program; GIT_FSO_BIN names another one. */
export const BIN = process.env.GIT_FSO_BIN || path.resolve(import.meta.dirname, '../../bin/git-fso');

/** A fixed identity, and nothing of the user's configuration. The same time makes packs with the same names. */
export const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.com',
  GIT_AUTHOR_DATE: '1600000000 +0000',
  GIT_COMMITTER_DATE: '1600000000 +0000',
};

/** The environment with a PATH on which there is no flock(1), so that the fallback is at work. */
export function withoutFlock(dir) {
  fs.mkdirSync(dir, { recursive: true });
  for (const tool of ['git', 'sh', 'ls', 'lsattr']) {
    const found = process.env.PATH.split(':').map((place) => path.join(place, tool)).find((file) => fs.existsSync(file));
    if (found !== undefined && !fs.existsSync(path.join(dir, tool))) fs.symlinkSync(found, path.join(dir, tool));
  }
  return { ...ENV, PATH: dir };
}
