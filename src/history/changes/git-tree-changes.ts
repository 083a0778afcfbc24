import { EMPTY_TREE } from '../../git/objects/object-reader.js';
import { oidFromHex, oidToHex } from '../../git/objects/object-id.js';
import type { Oid } from '../../git/objects/object-id.js';
import { gitOutput } from '../../git/process/git-output.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { isConfiguration } from '../../shadow/read/tree-files.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, joinPath } from '../../util/byte-string.js';
import type { TreeChange } from './tree-changes.js';

/**
 * Git collects all that differs before it prints anything. A few trees can stand for any number of paths, so it gets no more memory at
 * once, in bytes, than a list of some 800,000 takes, all in all 250 MB, or a tree of a directory of 140,000 files.
 */
const ENVIRONMENT = { GIT_ALLOC_LIMIT: String(6 * 1024 * 1024) };

const HEX_LENGTH = 40;
/** `:100644 100644 <id> <id> M` and a NUL, of git-diff-tree(1), "RAW OUTPUT FORMAT". */
const MODES_LENGTH = 15;
const HEAD_LENGTH = MODES_LENGTH + 2 * (HEX_LENGTH + 1) + 2;

function entryFrom(text: string, name: ByteString, modeAt: number, oidAt: number): TreeEntry | null {
  const mode = Number.parseInt(text.slice(modeAt, modeAt + 6), 8);
  return mode === 0 ? null : { mode, name, oid: oidFromHex(text.slice(oidAt, oidAt + HEX_LENGTH)) };
}

/** Only names that begin with a dot configure a shadow repo. */
function isConfigured(path: ByteString): boolean {
  return (path.startsWith('.') || path.includes('/.')) && path.split('/').some(isConfiguration);
}

/**
 * Like `treeChanges`, some at a time, as Git finds them, which takes longer to begin and less for each.
 * @throws FsoError if Git fails: before the first change, but for a failure of the system
 */
export async function* gitTreeChanges(
  gitDir: ByteString,
  before: Oid | null,
  after: Oid | null,
  path: ByteString,
  isWanted: (path: ByteString) => boolean,
): AsyncGenerator<readonly TreeChange[]> {
  const sides = [before, after].map((tree) => oidToHex(tree ?? EMPTY_TREE));
  const args = ['diff-tree', '-r', '--raw', '-z', '--no-renames', '--no-abbrev', ...sides];
  let left = '';
  for await (const piece of gitOutput(gitDir, args, { env: ENVIRONMENT })) {
    const text = left + piece.toString('latin1');
    const changes: TreeChange[] = [];
    let at = 0;
    for (let end = text.indexOf('\0', HEAD_LENGTH); end >= 0; end = text.indexOf('\0', at + HEAD_LENGTH)) {
      const below = text.slice(at + HEAD_LENGTH, end);
      const name = baseOf(below);
      const full = joinPath(path, below);
      const oids = at + MODES_LENGTH;
      if (!isConfigured(below) && isWanted(full)) {
        changes.push({
          path: full,
          before: entryFrom(text, name, at + 1, oids),
          after: entryFrom(text, name, at + 8, oids + HEX_LENGTH + 1),
        });
      }
      at = end + 1;
    }
    left = text.slice(at);
    if (changes.length > 0) yield changes;
  }
}
