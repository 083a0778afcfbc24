import type { IgnoreScope } from '../../realdir/ignore/ignore-rules.js';
import { INFO_EXCLUDE } from '../../realdir/ignore/ignore-rules.js';
import { NotEnteredError } from '../../realdir/reach/fuse-mounts.js';
import type { NestedRepo } from '../../realdir/nested-git/nested-repo.js';
import { isReserved } from '../../record/reserved-names.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import type { DirectoryDecision, InsideDecision, LeafDecision } from './classify.js';

/* What a trace says of paths that are not recorded. Asked only where somebody wants to know. */

export const RESERVED = 'skipped: reserved name, which is never recorded';
export const SPECIAL = 'skipped: neither a file, a directory nor a symbolic link';
export const UNCHANGED = 'unchanged';
export const KEPT = 'kept as recorded';
export const FROM_STUB = 'kept: it comes from the stub';
export const DELETED = 'deleted';
/** Perhaps it never was. */
export const ABSENT = 'not there';
export const VANISHED = 'vanished after its directory was listed';

/** Which rule ignores an entry, as `git check-ignore -v` shows it; null if none does. @param scope null below an ignored directory */
export function whyIgnored(scope: IgnoreScope | null, name: ByteString, isDirectory: boolean): string | null {
  if (scope === null) return 'ignored: its directory is';
  if (scope.isSpent) return 'ignored: the rules cost too much to compare';
  const rule = scope.deciding(name, isDirectory);
  if (rule === null || rule.pattern.startsWith('!')) return null;
  const file = rule.file === INFO_EXCLUDE ? "the stub's .gitignore" : textOfBytes(rule.file);
  return `ignored by ${file}:${rule.line}:${textOfBytes(rule.pattern)}`;
}

/** Why nothing is recorded of an entry, whatever it is; null where that depends on what it is. */
export function whySkipped(scope: IgnoreScope | null, name: ByteString): string | null {
  if (isReserved(name)) return RESERVED;
  return whyIgnored(scope, name, true) === null ? null : whyIgnored(scope, name, false);
}

/** Why what is no directory is not recorded. */
export function whyNoLeaf(decision: Exclude<LeafDecision, 'file' | 'symlink'>, scope: IgnoreScope | null, name: ByteString): string {
  switch (decision) {
    case 'reserved':
      return RESERVED;
    case 'replaces':
      return 'skipped: the .nogtree of the directory that it has replaced stays';
    case 'special':
      return SPECIAL;
    case 'ignored':
      return whyIgnored(scope, name, false) ?? 'ignored';
  }
}

/** Why a directory is not entered, or nothing new is recorded in it. */
export function whyNotEntered(
  decision: Exclude<DirectoryDecision, 'enter' | 'unmounted'>,
  scope: IgnoreScope | null,
  name: ByteString,
): string {
  switch (decision) {
    case 'nogbundle':
      return 'not entered: nogbundle, recorded as a whole';
    case 'reserved':
      return RESERVED;
    case 'ignored':
      return whyIgnored(scope, name, true) ?? 'ignored';
    case 'enterIgnored':
      return `${isReserved(name) ? RESERVED : whyIgnored(scope, name, true)}; looked at, since something below it is recorded or a ` +
        `nogbundle`;
  }
}

/** Why a directory that was looked at is not recorded entry by entry. */
export function whyNotVisited(decision: Exclude<InsideDecision, 'visit'>, repo: NestedRepo): string {
  switch (decision) {
    case 'submodule':
      return `not entered: submodule ${(repo.isRepo && repo.head) || 'without a commit'}, recorded as a whole`;
    case 'tooDeep':
      return "not entered: deeper than Git's limit, recorded as a whole";
    case 'ignored':
      return 'not entered: it is ignored';
  }
}

/** What became of a path that could not be read. */
export function whyUnread(error: unknown): string {
  return `stays as it is recorded, if it is: ${error instanceof NotEnteredError ? 'not entered' : 'cannot be read'}: ${reasonOf(error)}`;
}
