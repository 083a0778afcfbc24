import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { makeDirectoryDurable, writeFileDurable } from '../git/durable-file.js';
import { listShadowRepos } from '../shadow/list-repos.js';
import type { ShadowLocation } from '../shadow/locate.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf, FsoError, unlessErrno } from '../util/errors.js';
import type { Mount } from './mount-of.js';
import { mountOf } from './mount-of.js';

/** What is remembered of a root, to notice that another filesystem is in its place. */
interface RootMemory {
  readonly path: string;
  readonly device: number;
  readonly mount: Mount | null;
  /** True if there was nothing in it. */
  readonly empty: boolean;
}

function memoryFile(location: ShadowLocation, root: ByteString): ByteString {
  const name = createHash('sha256').update(root, 'latin1').digest('hex').slice(0, 32);
  return joinPath(location.root, `.git-fso/roots/${name}.json`);
}

function recall(file: ByteString): RootMemory | null {
  const text = unlessErrno(['ENOENT'], null, () => readFileSync(fsPath(file), 'utf8'));
  if (text === null) return null;
  try {
    return JSON.parse(text) as RootMemory;
  } catch {
    return null;
  }
}

function observe(root: ByteString): RootMemory {
  try {
    const stat = statSync(fsPath(root));
    if (stat.isDirectory()) {
      const empty = readdirSync(fsPath(root)).length === 0;
      return { path: textOfBytes(root), device: stat.dev, mount: mountOf(root), empty };
    }
  } catch (error) {
    const reason = errnoOf(error) === 'ENOENT' ? 'does not exist' : String(error);
    throw new FsoError(`${textOfBytes(root)}: ${reason}; nothing below it is recorded`, {
      remedy: 'mount its filesystem, or remove the root from the configuration',
      cause: error,
    });
  }
  throw new FsoError(`${textOfBytes(root)}: not a directory; nothing below it is recorded`, {
    remedy: 'correct the path of the root in the configuration',
  });
}

/** Device numbers may differ after a reboot, the source of a mount may have several names. */
function isSameFilesystem(a: RootMemory, b: RootMemory): boolean {
  if (a.device === b.device) return true;
  return a.mount !== null && b.mount !== null && JSON.stringify(a.mount) === JSON.stringify(b.mount);
}

/**
 * Refuses a root that is missing, that is empty although repos below it are known, or that is on
 * another filesystem than last time: most likely it is not mounted, and its repos must not be
 * recorded as deleted.
 *
 * @param acceptEmpty records what is there now, whatever was there before
 * @returns a function that remembers the root as it is, to be called when it was rescanned
 */
export function guardRoot(location: ShadowLocation, root: ByteString, acceptEmpty: boolean): () => void {
  const now = observe(root);
  const file = memoryFile(location, root);
  const before = recall(file);
  const remember = (): void => {
    if (before !== null && JSON.stringify(before) === JSON.stringify(now)) return;
    makeDirectoryDurable(joinPath(location.root, '.git-fso/roots'), 0o700);
    writeFileDurable(file, `${JSON.stringify(now, null, 2)}\n`, 0o600);
  };
  if (acceptEmpty) return remember;
  const remedy = 'mount its filesystem; if this is how it shall be, run once with --accept-empty';
  if (before !== null && !isSameFilesystem(before, now)) {
    throw new FsoError(`${textOfBytes(root)}: is on another filesystem than before; nothing below it is recorded`, { remedy });
  }
  if (now.empty && before?.empty !== true && listShadowRepos(location, root).next().done !== true) {
    throw new FsoError(`${textOfBytes(root)}: is empty, which it was not before; nothing below it is recorded`, { remedy });
  }
  return remember;
}
