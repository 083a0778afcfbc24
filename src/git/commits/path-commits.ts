import type { ByteString } from '../../util/byte-string.js';
import { runGit } from '../process/run-git.js';
import { oidFromHex, oidToHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';

const HEX_LENGTH = 40;

/** Names are as they are; and no tree, which may have been made to fill the memory, gets more than this in bytes. */
const ENVIRONMENT = { GIT_LITERAL_PATHSPECS: '1', GIT_ALLOC_LIMIT: String(128 * 1024 * 1024) };

/**
 * The commits of a first-parent history in which a path changed, or something below it, as Git finds them, which takes longer to
 * begin than reading the trees ourselves, and less for each.
 * @param path relative, not empty
 * @returns null if Git cannot tell, for whatever reason: who reads the trees will see
 * @throws like `runGit`
 */
export async function commitsChanging(
  gitDir: ByteString,
  tip: Oid,
  path: ByteString,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<Oid> | null> {
  // It reads paths by line.
  if (path.includes('\n')) return null;
  const input = Buffer.from(`--\n${path}\n`, 'latin1');
  const args = ['rev-list', '--first-parent', '--full-history', '--stdin', oidToHex(tip)];
  const { status, stdout } = await runGit(gitDir, args, { input, env: ENVIRONMENT, ...(signal && { signal }) });
  if (status !== 0) return null;
  const found = new Set<Oid>();
  for (let at = 0; at + HEX_LENGTH < stdout.length; at += HEX_LENGTH + 1) {
    found.add(oidFromHex(stdout.toString('latin1', at, at + HEX_LENGTH)));
  }
  return found;
}
