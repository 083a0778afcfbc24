import { hash } from 'node:crypto';
import type { Ground, OnProblem } from '../../history/places/ground.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { KnownRepo, Manifest } from '../files/manifest.js';

/** A repo that the index is about. */
export interface FoundRepo {
  readonly id: string;
  readonly repo: ShadowRepo;
  /** The root that it is in, the innermost one; `/` where none is configured. */
  readonly root: ByteString;
  readonly known: KnownRepo | null;
}

/** What there is below a shadow root. */
export interface FoundRepos {
  readonly repos: readonly FoundRepo[];
  /** Repos of the index of which nobody can tell whether they are still there. */
  readonly kept: readonly KnownRepo[];
}

/** Finds the repos that the index is about. @param onProblem told of those that cannot be opened */
export function reposToIndex(ground: Ground, manifest: Manifest, onProblem: OnProblem): FoundRepos {
  const doubtful: ByteString[] = [];
  const opened = [...ground.reposBelow(null, (realdir, error) => {
    doubtful.push(realdir);
    onProblem(realdir, error);
  })];
  const kept = manifest.repos.filter(({ realdir }) => doubtful.some((place) => isAtOrBelow(realdir, place)));
  const knownAt = new Map(manifest.repos.map((known) => [known.realdir, known]));
  const knownAs = new Map(manifest.repos.map((known) => [known.id, known]));
  const taken = new Set(kept.map(({ id }) => id));
  // Who had an id keeps it, whoever else comes with the same.
  const isOwner = ({ repo, id }: { readonly repo: ShadowRepo; readonly id: string }): boolean => knownAt.get(repo.realdir)?.id === id;
  const wanted = opened.map((repo) => ({ repo, id: repo.uuid ?? placeId(repo) }));
  const repos = [...wanted.filter(isOwner), ...wanted.filter((each) => !isOwner(each))].map(({ repo, id: first }): FoundRepo => {
    const id = taken.has(first) ? placeId(repo) : first;
    taken.add(id);
    return { id, repo, root: ground.rootOf(repo.realdir), known: knownAs.get(id) ?? null };
  });
  return { repos: repos.filter(({ repo }) => !kept.some(({ realdir }) => realdir === repo.realdir)), kept };
}

/** As unique as a uuid, of a repo without one, and of a copy of another. */
function placeId({ directory }: ShadowRepo): string {
  const digits = hash('sha256', Buffer.from(directory, 'latin1'));
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join('-');
}
