import type { ByteString } from '../util/byte-string.js';
import { findGitDir } from './git-dir.js';
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
 * `.git` may be a directory, a symbolic link or a file with `gitdir:`, and may lead elsewhere.
 *
 * System errors other than "there is no such file" are thrown, EACCES for example: then nobody
 * can tell whether this is a repository.
 */
export function inspectRepo(dir: ByteString): NestedRepo {
  const gitDir = findGitDir(dir);
  if (gitDir === null) return { isRepo: false };
  const format = readRepositoryFormat(gitDir.common);
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
