// The git-fso that the crash tests run, and its surroundings.
import fs from 'node:fs';
import path from 'node:path';
import { scriptEnvironment } from '../harness/environment.mjs';

/** The program; GIT_FSO_BIN names another one. */
export const BIN = process.env.GIT_FSO_BIN || path.resolve(import.meta.dirname, '../../bin/git-fso');

/** What `stub edit` starts: it is given copies of the files of the stub, `.gitignore` second. */
const EDITOR = "sh -c 'echo \"*.tmp\" >\"$2\"' sh";

const TIME = '1600000000 +0000';

/** At the same time each run makes commits with the same ids. */
export const ENV = scriptEnvironment('A U Thor', { GIT_AUTHOR_DATE: TIME, GIT_COMMITTER_DATE: TIME, EDITOR });

/** The environment with a PATH on which there is no flock(1), so that the fallback is at work. */
export function withoutFlock(dir) {
  fs.mkdirSync(dir, { recursive: true });
  for (const tool of ['git', 'sh', 'ls', 'lsattr']) {
    const found = process.env.PATH.split(':').map((place) => path.join(place, tool)).find((file) => fs.existsSync(file));
    if (found !== undefined && !fs.existsSync(path.join(dir, tool))) fs.symlinkSync(found, path.join(dir, tool));
  }
  return { ...ENV, PATH: dir };
}
