import { realpathSync } from 'node:fs';
import type { ConfiguredRoot } from '../../realdir/reach/reach.js';
import { Gate } from '../../shadow/gate/gate.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import { findShadowRepo } from '../../shadow/layout/find-repo.js';
import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import type { ShadowLocation } from '../../shadow/layout/locate.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { baseOf, directoryOf, fsPath, isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';

/** Told of a realdir whose shadow repo cannot be used; the others go on. */
export type OnProblem = (realdir: ByteString, error: Error) => void;

/** Where answers are looked for: the shadow repos below one shadow root. Realdirs are not looked at. */
export class Ground {
  readonly gate: Gate;
  readonly hasRoots: boolean;
  /** Without configured roots, whatever is below the shadow root. */
  private readonly tops: readonly ByteString[];
  private readonly roots: readonly ByteString[];

  /** @param roots configured ones; empty if only the shadow root is known */
  constructor(
    readonly location: ShadowLocation,
    roots: readonly ConfiguredRoot[],
  ) {
    this.hasRoots = roots.length > 0;
    this.gate = new Gate({ shadowRoot: location.root, roots, readsOnly: true });
    const paths = roots.map(({ path }) => path).toSorted();
    this.roots = paths;
    const outermost = paths.filter((path) => !paths.some((other) => other !== path && isAtOrBelow(path, other)));
    this.tops = roots.length === 0 ? ['/'] : [...new Set(outermost)];
  }

  /** The realdirs at and below a directory that have shadow repos, or a directory named like one, sorted by bytes of their paths. */
  realdirs(below: ByteString | null = null, onProblem: OnProblem = () => undefined): ByteString[] {
    const tops = this.tops.flatMap((top) => (below === null || isAtOrBelow(top, below) ? top : isAtOrBelow(below, top) ? below : []));
    const found = new Set<ByteString>();
    for (const top of tops) {
      const repos = listShadowRepos(this.location, top, (mirror) => onProblem(mirror.mirrored, mirror.error));
      for (const { mirrored } of repos) found.add(mirrored);
    }
    return [...found].sort();
  }

  /** The shadow repo of a realdir; null if it has none. @throws FsoError if it has several, or one that cannot be used */
  repoOf(realdir: ByteString): ShadowRepo | null {
    const directory = findShadowRepo(this.location, realdir, this.gate);
    return directory === null ? null : openAt(directory, realdir, this.gate);
  }

  /** The shadow repos of the realdirs that a path is at or below, the innermost first. */
  reposAbove(path: ByteString, onProblem: OnProblem): ShadowRepo[] {
    const repos: ShadowRepo[] = [];
    for (let at = path; this.contains(at); at = directoryOf(at)) {
      const repo = this.#repoUnlessBroken(at, onProblem);
      if (repo !== null) repos.push(repo);
      if (at === '/') break;
    }
    return repos;
  }

  /** The shadow repos of the realdirs at and below a directory; of all of them if it is null. Sorted by realdir. */
  *reposBelow(directory: ByteString | null, onProblem: OnProblem): Generator<ShadowRepo> {
    for (const realdir of this.realdirs(directory, onProblem)) {
      const repo = this.#repoUnlessBroken(realdir, onProblem);
      if (repo !== null) yield repo;
    }
  }

  /** True for a path at or below a root. */
  contains(path: ByteString): boolean {
    return this.tops.some((top) => isAtOrBelow(path, top));
  }

  /** The innermost root that a path is in; `/` where none is configured, or it is in none. */
  rootOf(path: ByteString): ByteString {
    return this.roots.findLast((root) => isAtOrBelow(path, root)) ?? '/';
  }

  /**
   * A path as records name it: where it is reached by a link, which may be what leads to a root, as seen from the root. In a root
   * nothing is resolved, since a link there is what is asked about.
   */
  named(path: ByteString): ByteString {
    if (this.contains(path)) return path;
    const real = path === '/' ? path : joinPath(realPathOf(directoryOf(path)), baseOf(path));
    for (const candidate of [path, real]) {
      for (const top of this.tops) {
        const realTop = realPathOf(top);
        if (isAtOrBelow(candidate, realTop)) return top === '/' ? candidate : top + candidate.slice(realTop === '/' ? 0 : realTop.length);
      }
    }
    return path;
  }

  #repoUnlessBroken(realdir: ByteString, onProblem: OnProblem): ShadowRepo | null {
    try {
      return this.repoOf(realdir);
    } catch (error) {
      if (!(error instanceof FsoError) && errnoOf(error) === undefined) throw error;
      onProblem(realdir, error as Error);
      return null;
    }
  }
}

/** The path itself where that cannot be found out. */
function realPathOf(path: ByteString): ByteString {
  try {
    return realpathSync(fsPath(path), 'latin1');
  } catch {
    return path;
  }
}

