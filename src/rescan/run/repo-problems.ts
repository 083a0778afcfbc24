import type { FacetResult } from '../../facets/facet-result.js';
import type { ProblemPart, ProblemStore, StoredProblem } from '../../shadow/remembered/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError, LockedError } from '../../util/errors.js';
import type { Clock } from '../schedule/clock.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import type { RepoReport } from '../events.js';
import type { PlannedRepo } from '../plan/planned-repo.js';

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

  /** True if a part has failed, and was not solved since. */
  has(part: ProblemPart): boolean {
    return this.known.has(part);
  }

  /** Remembers a failure. */
  failed(part: ProblemPart, error: unknown): void {
    const longestDelay = error instanceof LockedError ? LOCKED_DELAY_MS : undefined;
    this.store.add(this.realdir, part, error, this.clock.now(), longestDelay);
    this.known = this.store.of(this.realdir);
  }

  /** Takes note of what a run of a facet could not read: the rest is recorded, so nothing has to wait. */
  recorded(part: ProblemPart, { problems, problemCount }: FacetResult): void {
    const first = problems[0];
    if (first === undefined) return this.solved(part);
    const more = problemCount === 1 ? '' : ` (${problemCount} paths in all)`;
    const options = first.remedy === undefined ? {} : { remedy: first.remedy };
    this.store.add(
      this.realdir,
      part,
      new FsoError(`unreadable: ${textOfBytes(first.path)}: ${first.message}${more}`, options),
      this.clock.now(),
      0,
    );
  }

  /** Notes what somebody is to look at, which no later run takes away; nothing has to wait for that. */
  raised(part: ProblemPart, { message, remedy }: { readonly message: string; readonly remedy?: string }): void {
    this.store.add(this.realdir, part, new FsoError(message, remedy === undefined ? {} : { remedy }), this.clock.now(), 0);
  }

  /** Forgets a failure. */
  solved(part: ProblemPart): void {
    if (this.has(part)) this.store.clear(this.realdir, part);
  }

  /** Forgets failures of what is not done any more. */
  keepOnly(parts: readonly ProblemPart[]): void {
    for (const part of this.known.keys()) if (!parts.includes(part)) this.store.clear(this.realdir, part);
  }
}

/** The report about a repo whose work ended where nobody had expected that: the others must not suffer from it. */
export function reportOfBug({ problems, clock }: RescanContext, planned: PlannedRepo, thrown: unknown, dryRun = false): RepoReport {
  const error = asError(thrown);
  if (!dryRun) problems.add(planned.realdir, REPO_PART, error, clock.now());
  const { realdir, shadow, missing, rename = null } = planned;
  return {
    mostTold: 0,
    realdir,
    shadow,
    missing,
    rename,
    created: null,
    facets: new Map(),
    told: new Set(),
    refused: null,
    error,
    hookErrors: [],
    alarms: [],
    gc: null,
    seconds: 0,
  };
}
