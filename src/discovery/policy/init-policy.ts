import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import { SUBDIR_TRACKINGS } from '../../shadow/stub/subdir-tracking.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { PathMatch } from '../naming-rules/path-match.js';
import { compilePathMatch } from '../naming-rules/path-match.js';
import type { ParsedLines } from '../naming-rules/pattern-line.js';
import { parsePatternLines } from '../naming-rules/pattern-line.js';

/** One line of an init policy: how to track the repos that a glob of Go's `path.Match` matches. */
export interface InitPolicyEntry {
  readonly tracking: SubdirTracking;
  readonly glob: string;
}

/** A repo is not at or below the root that the policy is for. */
class PathNotBelowRootError extends FsoError {
  override readonly name = 'PathNotBelowRootError';
  override readonly code = 'PathNotBelowRoot';
}

/** Reads the lines of an init policy, `<subdir tracking> <glob>`. */
export function parseInitPolicy(texts: readonly string[]): {
  readonly entries: readonly InitPolicyEntry[];
  readonly problems: ParsedLines<SubdirTracking>['problems'];
} {
  const { lines, problems } = parsePatternLines(texts, 'subdir tracking', SUBDIR_TRACKINGS);
  return { entries: lines.map(({ word, glob }) => ({ tracking: word, glob })), problems };
}

/** How the repos below a root are tracked when they are created (NOE-18, Init strategies). */
export class InitPolicy {
  private readonly matches: readonly { readonly tracking: SubdirTracking; readonly match: PathMatch }[];

  /** @param root absolute path of the root */
  constructor(
    private readonly root: ByteString,
    readonly entries: readonly InitPolicyEntry[],
  ) {
    this.matches = entries.map(({ tracking, glob }) => ({ tracking, match: compilePathMatch(glob) }));
  }

  /**
   * The tracking of the first glob that matches the path relative to the root (`.` for the root
   * itself), else `ignore-most`. Malformed globs match nothing.
   *
   * @param realdir absolute path
   * @throws PathNotBelowRootError
   */
  trackingOf(realdir: ByteString): SubdirTracking {
    const path = textOfBytes(this.relative(realdir));
    return this.matches.find(({ match }) => match.matches(path))?.tracking ?? 'ignore-most';
  }

  private relative(realdir: ByteString): ByteString {
    if (realdir === this.root) return '.';
    const prefix = this.root.endsWith('/') ? this.root : `${this.root}/`;
    if (realdir.startsWith(prefix)) return realdir.slice(prefix.length);
    throw new PathNotBelowRootError(`${textOfBytes(realdir)} is not below ${textOfBytes(this.root)}`);
  }
}
