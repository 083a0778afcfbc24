import type { Oid } from '../../git/objects/object-id.js';
import type { ObjectReader } from '../../git/objects/object-reader.js';
import { readRef } from '../../git/refs/refs.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { parseHashedList, HASHED_LIST } from '../../record/hashed-list.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { HASHED_REF } from '../facets.js';
import { requireTreeDepth } from '../../git/trees/tree-depth.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { Finding } from './check-finding.js';
import { forgetHashed } from './check-refs.js';

/** Checks the tree that says what was hashed; any damage makes it worthless as a whole. */
export async function* checkHashed(gitDir: ByteString, reader: ObjectReader, yieldTurn: YieldTurn): AsyncGenerator<Finding> {
  const tree = readRef(gitDir, HASHED_REF);
  const what = tree === null ? null : await problemOf(reader, tree, yieldTurn);
  if (what !== null) yield { severity: 'error', place: joinPath(gitDir, HASHED_REF), what, ...forgetHashed(gitDir) };
}

async function problemOf(reader: ObjectReader, root: Oid, yieldTurn: YieldTurn): Promise<string | null> {
  const open = [{ tree: root, depth: 0 }];
  try {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      requireTreeDepth(next.depth, '');
      for (const { name, mode, oid } of reader.readTree(next.tree)) {
        const pause = yieldTurn();
        if (pause !== undefined) await pause;
        if (mode === FileMode.directory) open.push({ tree: oid, depth: next.depth + 1 });
        else if (name !== HASHED_LIST || parseHashedList(reader.readBlob(oid)) === null)
          return 'the tree has something that is no list of files';
      }
    }
    return null;
  } catch (error) {
    if (error instanceof FsoError) return error.message;
    throw error;
  }
}
