import { DamagedObjectError } from '../../src/git/objects/object-errors.js';
import type { Oid } from '../../src/git/objects/object-id.js';
import { hashObject, oidToHex } from '../../src/git/objects/object-id.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import type { RefEntry } from '../../src/git/refs/refs.js';
import { listRefs, readRef } from '../../src/git/refs/refs.js';
import { FileMode } from '../../src/git/trees/tree-codec.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';

function visitAll(gitDir: string, reader: ObjectReader, tip: Oid, seen: Set<Oid>): void {
  const open = [tip];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (seen.has(oid)) continue;
    const { type, body } = reader.read(oid);
    seen.add(oid);
    if (hashObject(type, body) !== oid) throw new DamagedObjectError(gitDir, `${oidToHex(oid)} has other content`);
    if (type === 'tree') open.push(...reader.readTree(oid).filter(({ mode }) => mode !== FileMode.gitlink).map((entry) => entry.oid));
    if (type !== 'commit') continue;
    const { tree, parents } = reader.readCommit(oid);
    open.push(tree, ...parents);
  }
}

/**
 * Fails unless every ref of a shadow repo names an object that is there, with all that it refers to. Others
 * may write meanwhile.
 * @returns the number of objects
 */
export function expectComplete(repo: string): number {
  const { gitDir } = ShadowRepo.open(Buffer.from(repo).toString('latin1'));
  const reader = ObjectReader.open(gitDir);
  const seen = new Set<Oid>();
  // What a ref without a history named before may be gone as soon as it names something else.
  const hasMoved = ({ name, oid }: RefEntry): boolean => readRef(gitDir, name) !== oid;
  try {
    for (const ref of listRefs(gitDir, 'refs/')) {
      try {
        visitAll(gitDir, reader, ref.oid, seen);
      } catch (error) {
        if (!hasMoved(ref))
          throw new Error(`${ref.name} names ${oidToHex(ref.oid)}, which is not complete: ${String(error)}`, { cause: error });
      }
    }
  } finally {
    reader.close();
  }
  return seen.size;
}
