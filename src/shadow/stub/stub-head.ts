import { directoryOf } from '../../storage/durable-file.js';
import { LockFile } from '../../storage/lock-file.js';
import { readLooseRef } from '../../git/refs/ref-files.js';
import { runGit } from '../../git/process/run-git.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { isFacetBranch, STUB_BRANCH } from '../facets.js';
import type { Finding } from '../check/check-finding.js';
import { gitFailure } from '../../git/process/git-failure.js';

/** The branch of records that `HEAD` names, on which the administrator's next commit would land; null if it names none. */
function facetInHead(gitDir: ByteString): string | null {
  const head = readLooseRef(gitDir, 'HEAD');
  return head !== null && 'target' in head && isFacetBranch(head.target) ? head.target : null;
}

/**
 * Has `HEAD` name `master-stub` again, where it names a branch of records: a run of git-fso 0.1.0 that was
 * interrupted leaves it so, with the stub in the work tree and in the index. Where such a branch was checked out by
 * hand, index and work tree follow, but for files with edits: these stay, and `git status` tells of them.
 * @throws LockedError if another Git process has locked `HEAD`; FsoError if Git fails
 */
export async function putHeadBack(gitDir: ByteString): Promise<void> {
  const branch = facetInHead(gitDir);
  if (branch === null) return;
  const isCheckedOut =
    (await isSame(gitDir, ['diff-index', '--cached', branch])) && !(await isSame(gitDir, ['diff-tree', branch, STUB_BRANCH]));
  const lock = LockFile.acquire(joinPath(gitDir, 'HEAD'));
  try {
    lock.commit(`ref: ${STUB_BRANCH}\n`);
  } finally {
    lock.release();
  }
  if (!isCheckedOut) return;
  const workTree = directoryOf(gitDir);
  if ((await runGit(gitDir, ['update-index', '-q', '--refresh'], { workTree })).status === 0) {
    if ((await runGit(gitDir, ['read-tree', '-m', '-u', branch, STUB_BRANCH], { workTree })).status === 0) return;
  }
  const result = await runGit(gitDir, ['read-tree', '--reset', STUB_BRANCH]);
  if (result.status !== 0) throw gitFailure(gitDir, 'read-tree', result);
}

async function isSame(gitDir: ByteString, [command = '', ...sides]: readonly string[]): Promise<boolean> {
  return (await runGit(gitDir, [command, '--quiet', ...sides, '--'])).status === 0;
}

/** Checks that an administrator's commit would change the stub. */
export function* checkStubHead(gitDir: ByteString): Generator<Finding> {
  const branch = facetInHead(gitDir);
  if (branch === null) return;
  yield {
    severity: 'error',
    place: joinPath(gitDir, 'HEAD'),
    what: `names ${branch}, so that the next \`git commit\` would land among records`,
    remedy: `run \`git symbolic-ref HEAD ${STUB_BRANCH}\``,
    repair: () => putHeadBack(gitDir),
  };
}
