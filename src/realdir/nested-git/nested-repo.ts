import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { GitDir, LeadsOut } from './git-dir.js';
import { findGitDir } from './git-dir.js';
import { fuseMounts } from '../reach/fuse-mounts.js';
import type { Ground } from '../reach/inside.js';
import { Inside } from '../reach/inside.js';
import { lstatEntry } from '../stat/lstat.js';
import { resolveHead } from './ref-lookup.js';
import { readRepositoryFormat } from './repository-format.js';

/** What is known about a directory that may be a Git repository. */
export type NestedRepo =
  | { readonly isRepo: false }
  | {
      readonly isRepo: true;
      /** Commit id of `HEAD`, 40 or 64 hexadecimal digits in lower case; null if there is none or it is not known. */
      readonly head: string | null;
      /** Why the commit is not known. */
      readonly warning?: string;
    };

const NO_ZEROS = /[^0]/;

/**
 * Tells whether `dir` is the work tree of a Git repository, and its commit, by reading files: a Git
 * process would run what the repository's configuration names. A commit id is right or absent.
 * Whether the commit exists as an object is not checked.
 *
 * Nothing blocks: only regular files are opened, and a bounded part of each is read. As for Git,
 * `.git` may be a directory, a symbolic link or a file with `gitdir:`; where that leads out of the realdir
 * nothing is looked at, and the commit is not known, but for a repository in the same root that belongs to
 * the owner of the file.
 *
 * System errors other than "there is no such file" are thrown, EACCES for example: then nobody
 * can tell whether this is a repository.
 */
export function inspectRepo(dir: ByteString, ground: Ground): NestedRepo {
  // Most directories have none; to look costs a fraction of going there. A FUSE filesystem there may not answer.
  if (fuseMounts().length === 0 && lstatEntry(joinPath(dir, '.git')) === null) return { isRepo: false };
  const inside = new Inside(dir, ground);
  try {
    return inspect(findGitDir(inside));
  } finally {
    inside.close();
  }
}

function inspect(gitDir: GitDir | LeadsOut | null): NestedRepo {
  if (gitDir === null) return { isRepo: false };
  if ('leadsOut' in gitDir) return { isRepo: true, head: null, warning: `repository: ${gitDir.leadsOut}` };
  const format = readRepositoryFormat(gitDir);
  if ('unsupported' in format) return { isRepo: true, head: null, warning: `repository: ${format.unsupported}` };
  const head = resolveHead(gitDir, format.idLength);
  switch (head.kind) {
    case 'missing':
      return { isRepo: true, head: null };
    case 'unusable':
      return { isRepo: true, head: null, warning: `repository: ${head.reason}` };
    case 'id':
      return NO_ZEROS.test(head.id)
        ? { isRepo: true, head: head.id }
        : { isRepo: true, head: null, warning: 'repository: HEAD stands for no commit' };
  }
}
