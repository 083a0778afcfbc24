import type { Oid } from '../../git/objects/object-id.js';
import { oidFromHex, oidToHex } from '../../git/objects/object-id.js';
import { parseGitTime } from '../../git/process/git-time.js';
import { runGit } from '../../git/process/run-git.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import { stateAt } from './state-at.js';

type Resolved<Name extends string> = { readonly [Key in Name]: Oid } | { readonly [Key in Name]: null } & { readonly reason: string };

const DATED = /^([^@]*)@\{([^}]*)\}(.*)$/s;
/** What else Git knows in braces: an entry of the reflog, a branch that was checked out before, another branch. */
const UNDATED = /^(-?\d{1,8}|u|upstream|push)$/i;

async function resolve(gitDir: ByteString, revision: string): Promise<Resolved<'oid'>> {
  if (revision.startsWith('-') || revision.includes('\0')) return { oid: null, reason: 'not a revision' };
  const { status, stdout, stderr } = await runGit(gitDir, ['rev-parse', '--verify', '--end-of-options', revision]);
  const hex = /^([0-9a-f]{40})\n$/.exec(stdout.toString('latin1'))?.[1];
  if (status === 0 && hex !== undefined) return { oid: oidFromHex(hex) };
  return { oid: null, reason: stderr.trim().replace(/^(fatal|error): /gm, '') };
}

/** Replaces `<branch>@{<date>}` at the beginning by the id of the commit; what has no date stays as it is. */
async function undated(gitDir: ByteString, revision: string): Promise<string | { readonly reason: string }> {
  const [, branch = '', date = '', rest = ''] = DATED.exec(revision) ?? [];
  if (date === '' || UNDATED.test(date)) return revision;
  const seconds = await parseGitTime(gitDir, date);
  if (seconds === null) return { reason: `${JSON.stringify(date)} is not a date` };
  const tip = await resolve(gitDir, `${branch}^{commit}`);
  if (tip.oid === null) return { reason: tip.reason };
  return oidToHex(stateAt(gitDir, tip.oid, seconds, branch)) + rest;
}

/**
 * The tree of a revision as gitrevisions(7) describes it: a branch, the beginning of a commit id,
 * `master-stat~3`, `master-stat@{2018-03-15}`. Without a branch name, `@{…}` is about `branch`: what
 * Git takes it for, the history of the stub, has no records. A date means the state at that time, as `stateAt` has it.
 * @returns the tree, or why there is none
 * @throws FsoError if records begin after the date
 */
export async function treeOfRevision(gitDir: ByteString, revision: string, branch: string): Promise<Resolved<'tree'>> {
  const name = await undated(gitDir, revision.startsWith('@{') ? branch + revision : revision);
  if (typeof name !== 'string') return { tree: null, reason: name.reason };
  const resolved = await resolve(gitDir, `${name}^{tree}`);
  return resolved.oid === null ? { tree: null, reason: resolved.reason } : { tree: resolved.oid };
}

/** Like `treeOfRevision`, of what `stat` has recorded. @throws UsageError if it is no revision */
export async function requireStatTree({ directory, gitDir }: Pick<ShadowRepo, 'directory' | 'gitDir'>, revision: string): Promise<Oid> {
  const resolved = await treeOfRevision(gitDir, revision, 'master-stat');
  if (resolved.tree !== null) return resolved.tree;
  throw new UsageError(`${revision}: not a revision of ${textOfBytes(directory)}: ${resolved.reason}`, {
    remedy: 'give a branch, a commit, master-stat~3 or @{2018-03-15}; gitrevisions(7) lists all forms',
  });
}

/** What `stat` had recorded at a time, in any form that Git takes as a date. @throws UsageError if it is none */
export async function statTreeAt(repo: Pick<ShadowRepo, 'directory' | 'gitDir'>, time: string): Promise<Oid> {
  if (time.includes('}')) throw new UsageError(`${JSON.stringify(time)} is not a date`);
  return requireStatTree(repo, `@{${time}}`);
}
