import type { FacetResult } from '../facets/facet-result.js';
import type { ProblemPart, ProblemStore, StoredProblem } from '../shadow/problem-store.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { LockedError } from '../util/errors.js';
import type { Clock } from './clock.js';

/** The part that has a problem when a shadow repo cannot be created or opened. */
export const REPO_PART = 'repo';

/** Whoever holds a lock will give it up some time. */
const LOCKED_DELAY_MS = 10 * 60_000;

/** What has failed in one repo, now and before. Nothing is written as long as nothing fails. */
export class RepoProblems {
  private known: ReadonlyMap<ProblemPart, StoredProblem>;

  /** @param isScheduled waits with what keeps failing; other runs try everything */
  constructor(
    private readonly store: ProblemStore,
    private readonly realdir: ByteString,
    private readonly clock: Clock,
    private readonly isScheduled: boolean,
  ) {
    this.known = store.of(realdir);
  }

  /** True if a part has failed so often that it is not to be tried yet. */
  mustWait(part: ProblemPart): boolean {
    const retryAt = this.known.get(part)?.retryAt ?? null;
    return this.isScheduled && retryAt !== null && retryAt > this.clock.now();
  }

  /** Remembers a failure. */
  failed(part: ProblemPart, error: unknown): void {
    const longestDelay = error instanceof LockedError ? LOCKED_DELAY_MS : undefined;
    this.store.add(this.realdir, part, error, this.clock.now(), longestDelay);
    this.known = this.store.of(this.realdir);
  }

  /** Takes note of what a run of a facet could not read: the rest is recorded, so nothing has to wait. */
  recorded(part: ProblemPart, { problems }: FacetResult): void {
    const first = problems[0];
    if (first === undefined) return this.solved(part);
    const more = problems.length === 1 ? '' : ` (${problems.length} paths in all)`;
    this.store.add(this.realdir, part, `unreadable: ${textOfBytes(first.path)}: ${first.message}${more}`, this.clock.now(), 0);
  }

  /** Forgets a failure. */
  solved(part: ProblemPart): void {
    if (this.known.has(part)) this.store.clear(this.realdir, part);
  }

  /** Forgets failures of what is not done any more. */
  keepOnly(parts: readonly ProblemPart[]): void {
    for (const part of this.known.keys()) if (!parts.includes(part)) this.store.clear(this.realdir, part);
  }
}
