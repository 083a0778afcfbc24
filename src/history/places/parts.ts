import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import { nearestWord } from '../../util/text/nearest-word.js';
import { RepoHistory } from '../states/repo-history.js';
import { coverageOf } from './coverage.js';
import type { Ground, OnProblem } from './ground.js';

/** A part of a repo that a question is about. */
export interface Part {
  readonly repo: ShadowRepo;
  /** Relative to the realdir; empty for all of it. */
  readonly path: ByteString;
  /** Repos below it that the question is about, too: what they record, they answer for. */
  readonly nested: readonly ShadowRepo[];
}

/** The absolute path that a part is about. */
export function pathOfPart({ repo, path }: Pick<Part, 'repo' | 'path'>): ByteString {
  return path === '' ? repo.realdir : joinPath(repo.realdir, path);
}

/** A path relative to a realdir that it is at or below; empty for the realdir itself. */
export function relativeTo(realdir: ByteString, path: ByteString): ByteString {
  return path === realdir ? '' : path.slice(realdir === '/' ? 1 : realdir.length + 1);
}

/**
 * The parts of repos that a question is about, by realdir: of each place, the repos of all realdirs at and below it, and, unless
 * one of the place itself records what is in it, the repo above that is responsible for it.
 * @param places absolute paths of files and directories, which may be gone; null for all that is recorded
 * @throws UsageError for a place that nobody covers
 */
export function partsOf(ground: Ground, places: readonly ByteString[] | null, onProblem: OnProblem): Part[] {
  const found: { readonly repo: ShadowRepo; readonly path: ByteString }[] = [];
  for (const place of places?.map((each) => ground.named(each)) ?? [null]) {
    let isCovered = place === null;
    const note: OnProblem = (realdir, error) => {
      isCovered = true;
      onProblem(realdir, error);
    };
    for (const repo of ground.reposBelow(place, note)) {
      found.push({ repo, path: '' });
      isCovered ||= repo.realdir === place && recordsFiles(repo);
    }
    const above = place === null || isCovered ? null : responsible(ground.reposAbove(place, note), place);
    if (above !== null && place !== null) found.push({ repo: above, path: relativeTo(above.realdir, place) });
    const isEmpty = !isCovered && above === null && !found.some(({ repo }) => place !== null && isAtOrBelow(repo.realdir, place));
    if (place !== null && isEmpty) throw uncovered(ground, place);
  }
  return withNested(found);
}

/** One that cannot be read counts, since it is told about when it is asked. */
function recordsFiles(repo: ShadowRepo): boolean {
  try {
    return coverageOf(repo, '') === 'file';
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return true;
  }
}

/** Each repo once where the same, or more of it, was named twice; with what is in one another. */
function withNested(found: readonly { readonly repo: ShadowRepo; readonly path: ByteString }[]): Part[] {
  const byRealdir = new Map<ByteString, { readonly repo: ShadowRepo; readonly paths: Set<ByteString> }>();
  for (const { repo, path } of found) {
    const known = byRealdir.get(repo.realdir);
    if (known === undefined) byRealdir.set(repo.realdir, { repo, paths: new Set([path]) });
    else known.paths.add(path);
  }
  const realdirs = [...byRealdir.keys()].sort();
  return realdirs.flatMap((realdir) => {
    const { repo, paths } = byRealdir.get(realdir) as { readonly repo: ShadowRepo; readonly paths: ReadonlySet<ByteString> };
    return outermost(paths).map((path) => {
      const nested = below(realdirs, pathOfPart({ repo, path }));
      return { repo, path, nested: nested.flatMap((other) => byRealdir.get(other)?.repo ?? []) };
    });
  });
}

/** Of paths relative to one realdir, those that are not below another one, sorted. */
export function outermost(paths: ReadonlySet<ByteString>): ByteString[] {
  const isInOther = (path: ByteString): boolean => [...paths].some((other) => other !== path && (other === '' || isAtOrBelow(path, other)));
  return [...paths].filter((path) => !isInOther(path)).sort();
}

/** Of sorted paths, those below one. */
function below(sorted: readonly ByteString[], path: ByteString): readonly ByteString[] {
  const prefix = path === '/' ? path : `${path}/`;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (sorted[end]?.startsWith(prefix) === true) end++;
  return sorted.slice(low, end);
}

/** The innermost of some repos that records a path file by file, else the one of `innermostWith`. Takes and returns the same. */
function responsible(repos: readonly ShadowRepo[], path: ByteString): ShadowRepo | null {
  return repos.find((repo) => coverageOf(repo, relativeTo(repo.realdir, path)) === 'file') ?? innermostWith(repos, path);
}

/**
 * The innermost of some repos that records a path, else the one that has recorded it: of what is gone, that one knows more than a sum of
 * a repo further out.
 * @param repos whose realdirs the path is at or below, the innermost first
 * @returns null if there are none
 */
export function innermostWith(repos: readonly ShadowRepo[], path: ByteString): ShadowRepo | null {
  const relative = (repo: ShadowRepo): ByteString => relativeTo(repo.realdir, path);
  const coverages = repos.map((repo) => coverageOf(repo, relative(repo)));
  const index = coverages.findIndex((coverage) => coverage === 'file' || coverage === 'summary');
  const inner = coverages[index] === 'file' ? [] : repos.slice(0, index < 0 ? repos.length : index);
  return inner.find((repo) => hasRecorded(repo, relative(repo))) ?? repos[Math.max(index, 0)] ?? null;
}

/** True if a path was recorded at any time. */
function hasRecorded(repo: ShadowRepo, path: ByteString): boolean {
  const history = new RepoHistory(repo);
  try {
    return history.hasRecorded(path);
  } finally {
    history.close();
  }
}

/** The error for a place that no repo covers; it names one with a covered directory that was probably meant. */
export function uncovered(ground: Ground, place: ByteString): FsoError {
  const realdirs = ground.realdirs();
  if (realdirs.length === 0) return new FsoError(`${textOfBytes(ground.location.root)}: there is no shadow repo below it`);
  const meant = ground.contains(place) ? probablyMeant(realdirs, place) : null;
  const why = ground.contains(place) ? '' : ', nor is it in a root';
  const hint = meant === null ? '' : ` (did you mean ${textOfBytes(meant)}?)`;
  return new UsageError(`${textOfBytes(place)}: no shadow repo covers it${why}${hint}`, {
    remedy: 'git-fso list shows what is recorded, git-fso discover --untracked what is not',
  });
}

/** Of a path that begins like some directories, up to the first name that none of them has, with the name that one has there. */
function probablyMeant(directories: readonly ByteString[], path: ByteString): ByteString | null {
  let begin = '/';
  for (const name of path.slice(1).split('/')) {
    const next = below(directories, begin).map((each) => each.slice(begin === '/' ? 1 : begin.length + 1).split('/')[0] ?? '');
    if (!next.includes(name)) {
      const near = nearestWord(name, [...new Set(next)]);
      return near === null ? null : joinPath(begin, near);
    }
    begin = joinPath(begin, name);
  }
  return null;
}
