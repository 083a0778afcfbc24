import { readCommit } from 'isomorphic-git';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import type { Oid } from '../objects/object-id.js';
import { oidFromHex, oidToHex } from '../objects/object-id.js';
import { ObjectReader } from '../objects/object-reader.js';
import { GIT_DIRECTORY, objectFs } from './object-fs.js';
import { shallowCommits } from './shallow.js';

/** A commit of a history. */
export interface WalkedCommit {
  readonly oid: Oid;
  readonly tree: Oid;
}

/**
 * A commit and its ancestors, each once, read by isomorphic-git, one at a time; of a shallow clone, as far as it goes. It takes some
 * fifteen times as long as `ObjectReader.readCommit`, for which a question that is asked seldom may wait: it is half a
 * second for a thousand commits.
 * @throws FsoError if one of them cannot be read
 */
export async function* walkCommits(gitDir: ByteString, start: Oid): AsyncGenerator<WalkedCommit> {
  const ends = shallowCommits(gitDir);
  const reader = ObjectReader.open(gitDir);
  const from = { fs: objectFs(reader), gitdir: GIT_DIRECTORY };
  const seen = new Set<string>();
  const pending = [oidToHex(start)];
  const read = async (oid: string): Promise<{ readonly tree: Oid; readonly parents: readonly string[] }> => {
    try {
      const { commit } = await readCommit({ ...from, oid });
      if (!/^[0-9a-f]{40}$/.test(commit.tree)) throw new FsoError(`commit ${oid} names no tree`);
      return { tree: oidFromHex(commit.tree), parents: commit.parent };
    } catch (error) {
      throw new FsoError(`${textOfBytes(gitDir)}: the history of ${oidToHex(start)} cannot be read: ${reasonOf(error)}`, {
        remedy: 'run `git-fso check` in the shadow repo', cause: error,
      });
    }
  };
  try {
    for (let oid = pending.pop(); oid !== undefined; oid = pending.pop()) {
      if (seen.has(oid)) continue;
      seen.add(oid);
      const { tree, parents } = await read(oid);
      yield { oid: oidFromHex(oid), tree };
      if (!ends.has(oid)) pending.push(...parents);
    }
  } finally {
    reader.close();
  }
}
