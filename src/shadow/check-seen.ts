import type { Oid } from '../git/object-id.js';
import type { ObjectReader } from '../git/object-reader.js';
import { readRef } from '../git/refs.js';
import { FileMode } from '../git/tree-codec.js';
import { parseSeenList, SEEN_LIST } from '../record/seen-list.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { SEEN_REF } from './branches.js';
import type { Finding } from './check-finding.js';
import { forgetSeen } from './check-refs.js';

/** Checks the tree that says what was hashed; any damage makes it worthless as a whole. */
export function* checkSeen(gitDir: ByteString, reader: ObjectReader): Generator<Finding> {
  const tree = readRef(gitDir, SEEN_REF);
  const what = tree === null ? null : problemOf(reader, tree);
  if (what !== null) yield { severity: 'error', place: joinPath(gitDir, SEEN_REF), what, ...forgetSeen(gitDir) };
}

function problemOf(reader: ObjectReader, root: Oid): string | null {
  const open = [root];
  try {
    for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
      for (const { name, mode, oid } of reader.readTree(tree)) {
        if (mode === FileMode.directory) open.push(oid);
        else if (name !== SEEN_LIST || parseSeenList(reader.readBlob(oid)) === null) return 'the tree has something that is no list of files';
      }
    }
    return null;
  } catch (error) {
    if (error instanceof FsoError) return error.message;
    throw error;
  }
}
