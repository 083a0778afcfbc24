import { existsSync } from 'node:fs';
import { runGit } from '../../git/process/run-git.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { gitFailure } from '../../git/process/git-failure.js';
import type { Finding } from './check-finding.js';
import { putAside } from './put-aside.js';

/** What a merge of an administrator that is not finished has left, beside the index. */
const IN_PROGRESS = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];

/** Checks Git's index of the stub, which is needed to edit the stub, and for nothing else. */
export async function checkIndex(directory: ByteString): Promise<Finding[]> {
  const gitDir = joinPath(directory, '.git');
  const place = joinPath(gitDir, 'index');
  const { stdout, status } = await runGit(gitDir, ['ls-files', '--unmerged', '-z']);
  const isMissing = !existsSync(fsPath(place));
  if (status === 0 && stdout.length === 0 && !isMissing) return [];
  const what = isMissing
    ? 'the index is missing'
    : status === 0
      ? 'the index has entries of a merge that was not finished'
      : 'the index is damaged';
  const merge = IN_PROGRESS.find((name) => existsSync(fsPath(joinPath(gitDir, name))));
  if (merge !== undefined) {
    return [{ severity: 'error', place, what, remedy: `finish what ${merge} belongs to, or give it up: see \`git status\`` }];
  }
  const repair = (): Promise<void> => readHead(gitDir, status !== 0 && !isMissing);
  return [{ severity: 'error', place, what, remedy: 'make it anew with `git read-tree --reset HEAD`; the files stay as they are', repair }];
}

/** @param isDamaged Git cannot read the index, and would refuse to replace it */
async function readHead(gitDir: ByteString, isDamaged: boolean): Promise<void> {
  if (isDamaged) putAside(gitDir, 'index');
  const result = await runGit(gitDir, ['read-tree', '--reset', 'HEAD']);
  if (result.status !== 0) throw gitFailure(gitDir, 'read-tree', result);
}
