import type { Oid } from '../../git/objects/object-id.js';
import { oidFromHex, oidToHex } from '../../git/objects/object-id.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { asError } from '../context.js';
import type { RepoProblems } from '../run/repo-problems.js';
import type { Root } from '../site.js';
import type { Alarm } from './alarm.js';
import { alarmOf, alarmPart, isWatched } from './alarm.js';

/** A facet of a repo whose changes are watched. */
interface Watched {
  readonly root: Root;
  readonly repo: ShadowRepo;
  readonly facet: RescanFacet;
  readonly problems: RepoProblems;
}

/**
 * Compares what one run of a facet has recorded with what is to be expected, if the root wants that. What it finds keeps nothing
 * from being recorded.
 */
export class AlarmWatch {
  readonly #known = new Map<string, Alarm | null>();

  constructor(
    private readonly watched: Watched,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Looks at the new commit of a run; null if there is none. What is more than is to be expected becomes a problem, until somebody
   * clears it.
   * @throws the reason of the signal when aborted
   */
  async look(commit: Oid | null): Promise<Alarm | null> {
    const { root, repo, facet, problems } = this.watched;
    if (commit === null || root.alarm === null || !isWatched(facet)) return null;
    try {
      const before = parentOf(repo, commit);
      const alarm = before === null ? null : await this.between(oidToHex(before), oidToHex(commit));
      if (alarm !== null) problems.raised(alarmPart(facet), alarm);
      return alarm;
    } catch (error) {
      this.signal?.throwIfAborted();
      problems.raised(alarmPart(facet), asError(error));
      return null;
    }
  }

  /** Whether there is more between two commits, in hexadecimal, than is to be expected. @throws FsoError if they cannot be read */
  async between(old: string, head: string): Promise<Alarm | null> {
    const { root, repo, facet } = this.watched;
    if (root.alarm === null || !isWatched(facet)) return null;
    const key = `${old} ${head}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const commits = { before: oidFromHex(old), after: oidFromHex(head) };
    const alarm = await alarmOf(repo, facet, commits, root.alarm, yieldRegularly(this.signal));
    this.#known.set(key, alarm);
    return alarm;
  }
}

function parentOf({ gitDir }: ShadowRepo, commit: Oid): Oid | null {
  const reader = ObjectReader.open(gitDir);
  try {
    return reader.readCommit(commit).parents[0] ?? null;
  } finally {
    reader.close();
  }
}
