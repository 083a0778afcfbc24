import type { Oid } from '../git/object-id.js';
import { oidFromHex } from '../git/object-id.js';
import { runGit } from '../git/run-git.js';
import type { ByteString } from '../util/byte-string.js';

/**
 * The tree of a revision as gitrevisions(7) describes it: a branch, the beginning of a commit id,
 * `master-stat~3`, `master-stat@{2018-03-15}`. Without a branch name, `@{…}` is about `branch`: what
 * Git takes it for, the history of the stub, has no records.
 * @returns the tree, or why there is none
 */
export async function treeOfRevision(
  gitDir: ByteString,
  revision: string,
  branch: string,
): Promise<{ readonly tree: Oid } | { readonly tree: null; readonly reason: string }> {
  const name = revision.startsWith('@{') ? branch + revision : revision;
  if (name.startsWith('-') || name.includes('\0')) return { tree: null, reason: 'not a revision' };
  const { status, stdout, stderr } = await runGit(gitDir, ['rev-parse', '--verify', '--end-of-options', `${name}^{tree}`]);
  const hex = /^([0-9a-f]{40})\n$/.exec(stdout.toString('latin1'))?.[1];
  if (status === 0 && hex !== undefined) return { tree: oidFromHex(hex) };
  return { tree: null, reason: stderr.trim().replace(/^(fatal|error): /gm, '') };
}
