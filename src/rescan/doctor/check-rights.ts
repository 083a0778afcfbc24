import { lstatSync, opendirSync, readdirSync, statSync } from 'node:fs';
import { commandAs } from '../../shadow/gate/user.js';
import { mayReadEverything } from '../../util/process/capabilities.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../util/byte-string.js';
import { errnoOf, unlessErrno } from '../../util/errors.js';
import type { Site } from '../site.js';
import type { Finding } from './finding.js';
import { error, note } from './finding.js';

const ROOT = 0;
/** Directories that are looked at in each root: a closed one is found soon, or is rare. */
const MOST_DIRECTORIES = 2000;
const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** Checks whether whoever runs has too many rights, or too few. */
export function* checkRights({ location, roots }: Site): Generator<Finding> {
  const uid = process.geteuid?.() ?? ROOT;
  if (uid === ROOT) {
    const stat = statSync(fsPath(location.root), { throwIfNoEntry: false });
    if (stat !== undefined && stat.uid !== ROOT) return;
    yield note(
      'git-fso',
      'runs as root, which it does not need: a user of its own with the capability CAP_DAC_READ_SEARCH reads everything',
      'see "A user of its own" in docs/operation.md, and git-fso generate systemd',
    );
    return;
  }
  if (mayReadEverything()) return;
  for (const { path } of roots) {
    const closed = closedDirectory(path);
    if (closed === null) continue;
    yield error(
      textOfBytes(path),
      `${closed === path ? 'it' : textOfBytes(closed)} cannot be read without the capability CAP_DAC_READ_SEARCH, which this process ` +
        `has not got`,
      `use the units of git-fso generate systemd, or as root: ${commandAs(uid, process.getegid?.() ?? uid, true)}`,
    );
  }
}

/** A directory at or below a path that may not be listed, or not be entered; null if none was found. */
function closedDirectory(top: ByteString): ByteString | null {
  const pending = [top];
  for (let looked = 0; looked < MOST_DIRECTORIES; looked += 1) {
    const directory = pending.shift();
    if (directory === undefined) return null;
    try {
      opendirSync(fsPath(directory)).closeSync();
      lstatSync(fsPath(joinPath(directory, '.')));
    } catch (thrown) {
      if (errnoOf(thrown) === 'EACCES') return directory;
      continue;
    }
    const entries = unlessErrno(NOT_SEEN, [], () => readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true }));
    for (const entry of entries)
      if (entry.isDirectory() && pending.length < MOST_DIRECTORIES) pending.push(joinPath(directory, entry.name));
  }
  return null;
}
