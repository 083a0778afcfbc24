import { oidToHex } from '../../git/objects/object-id.js';
import { readReflog } from '../../git/refs/reflog.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { INITIAL_BRANCHES } from '../facets.js';

/**
 * True if a branch that does not exist was there before: its log tells of an earlier state. A log that begins may belong to a branch
 * that a killed process was about to create. Whoever deletes a branch by Git deletes its log, too.
 */
export function wasThere(gitDir: ByteString, branch: string): boolean {
  const moves = readReflog(gitDir, branch);
  return moves.some(({ from }) => from !== null) || (moves.length > 0 && INITIAL_BRANCHES.includes(branch));
}

/**
 * To be called where a branch does not exist, before it is begun anew.
 * @throws FsoError if it was there: a new one would have no history
 */
export function refuseLostBranch(gitDir: ByteString, branch: string): void {
  if (!wasThere(gitDir, branch)) return;
  const last = readReflog(gitDir, branch).at(-1)?.to ?? null;
  const where = last === null ? '' : `, by its log at ${oidToHex(last)}`;
  throw new FsoError(`${textOfBytes(joinPath(gitDir, branch))}: the branch is missing, which was there before${where}`, {
    remedy: `\`git-fso check --repair\` sets it again; if it shall begin anew, delete .git/logs/${branch}, too`,
  });
}
