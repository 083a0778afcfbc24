import type { FacetResult } from '../facets/facet-result.js';
import { createBelowRoot } from '../shadow/create.js';
import type { GcResult } from '../shadow/gc.js';
import { collectGarbage } from '../shadow/gc.js';
import { needsGc } from '../shadow/gc-need.js';
import type { LockHandle } from '../shadow/lock.js';
import { ShadowRepo } from '../shadow/shadow-repo.js';
import type { SubdirTracking } from '../shadow/subdir-tracking.js';
import type { ByteString } from '../util/byte-string.js';
import { textOfBytes } from '../util/byte-string.js';
import { FsoError, LockedError } from '../util/errors.js';
import type { RescanContext } from './context.js';
import { asError } from './context.js';
import type { RepoReport } from './events.js';
import { hookPart } from './hooks.js';
import { chooseTracking } from './init-choice.js';
import { MountHold } from './mount-hold.js';
import type { PlannedRepo } from './plan.js';
import { REPO_PART, RepoProblems } from './repo-problems.js';
import { RootError } from './root-error.js';
import type { RootGuard } from './root-guard.js';
import { ROOT_PART } from './root-problems.js';
import { runFacet } from './run-facet.js';
import type { ShaAllowance } from './sha-allowance.js';
import type { RescanFacet, Root } from './types.js';

/** The part that has a problem when a shadow repo cannot be compressed. */
const GC_PART = 'gc';

/** What is to be done with one repo. */
export interface RepoWork {
  readonly root: Root;
  readonly guard: RootGuard;
  readonly planned: PlannedRepo;
  /** What is to be updated, asked when the repo is claimed. */
  facetsOf(shadow: ByteString): readonly RescanFacet[];
  /** Has others that do the same keep away from the repo; null if one of them was first. */
  claim(repo: ShadowRepo): Promise<LockHandle | null>;
  readonly allowance: ShaAllowance;
  /** Says what would be created; writes nothing. */
  readonly dryRun: boolean;
  /** Waits with what keeps failing. */
  readonly isScheduled: boolean;
}

/** The repo must be where its realdir says, else two directories would share one history. */
function openAt(directory: ByteString, realdir: ByteString): ShadowRepo {
  const repo = ShadowRepo.open(directory);
  if (repo.realdir === realdir) return repo;
  throw new FsoError(
    `${textOfBytes(directory)}: observes ${textOfBytes(repo.realdir)}, but its place stands for ${textOfBytes(realdir)}`,
    { remedy: 'use `git-fso move` to change the realdir of a shadow repo' },
  );
}

/** The work on one repo, and what is to be told about it. */
class RepoRun {
  private readonly facets = new Map<RescanFacet, FacetResult>();
  private readonly hookErrors: Error[] = [];
  private readonly problems: RepoProblems;
  private shadow: ByteString | null;
  private created: SubdirTracking | null = null;
  private error: Error | null = null;
  private readonly started = performance.now();
  private gc: GcResult | null = null;

  constructor(
    private readonly context: RescanContext,
    private readonly work: RepoWork,
  ) {
    const { planned, isScheduled } = work;
    this.shadow = planned.shadow;
    this.problems = new RepoProblems(context.problems, planned.realdir, context.clock, isScheduled);
  }

  report(refused: string | null = null): RepoReport {
    const { realdir, missing } = this.work.planned;
    const { shadow, created, facets, error, hookErrors, gc } = this;
    return { realdir, shadow, created, missing, facets, refused, error, hookErrors, gc, seconds: (performance.now() - this.started) / 1000 };
  }

  async run(): Promise<RepoReport | null> {
    const { dryRun, guard, planned, root } = this.work;
    guard.confirm();
    try {
      guard.confirmMounted(planned.realdir);
      if (this.shadow === null) {
        const choice = await chooseTracking(root, planned.realdir);
        if (choice.refused !== null) return this.report(choice.refused);
        if (dryRun) this.created = choice.tracking;
        else this.shadow = await this.create(choice.tracking);
      }
      if (dryRun || this.shadow === null) return this.report();
      const repo = openAt(this.shadow, planned.realdir);
      this.problems.solved(REPO_PART);
      this.problems.keepOnly([ROOT_PART, REPO_PART, GC_PART, ...root.facets, ...root.onChange.map(hookPart)]);
      if (!(await this.updateAlone(repo))) return null;
    } catch (error) {
      this.failed(REPO_PART, error);
    }
    return this.report();
  }

  private async create(tracking: SubdirTracking): Promise<ByteString> {
    const { site, options } = this.context;
    const { realdir } = this.work.planned;
    const made = await createBelowRoot(site.location, realdir, { ...options, tracking, shadowMode: site.shadowMode });
    if (made.created) this.created = tracking;
    return made.repo.directory;
  }

  /** Returns false if nothing was to be done. */
  private async updateAlone(repo: ShadowRepo): Promise<boolean> {
    const claim = await this.work.claim(repo);
    if (claim === null) return this.created !== null;
    try {
      const facets = this.work.facetsOf(repo.directory);
      if (facets.length > 0) await this.update(repo, facets);
      await this.tidy(repo);
      return facets.length > 0 || this.created !== null;
    } finally {
      claim.release();
    }
  }

  private async update(repo: ShadowRepo, facets: readonly RescanFacet[]): Promise<void> {
    const { root, guard, allowance, planned } = this.work;
    const { problems } = this;
    const hold = new MountHold(root.path, planned.realdir);
    guard.rememberMount(planned.realdir);
    const beforeCommit = (): void => {
      guard.confirm();
      guard.confirmMounted(planned.realdir);
      hold.confirm();
    };
    try {
      for (const facet of facets) {
        if (this.context.stop?.aborted === true) return;
        try {
          const run = { root, repo, facet, allowance, problems, beforeCommit };
          const result = await runFacet(this.context, run, this.hookErrors);
          if (result === null) return;
          this.facets.set(facet, result);
          problems.recorded(facet, result);
        } catch (error) {
          this.failed(facet, error);
        }
      }
    } finally {
      hold.release();
    }
  }

  private async tidy(repo: ShadowRepo): Promise<void> {
    const { site, options, stop } = this.context;
    const isChanged = [...this.facets.values()].some(({ commit }) => commit !== null);
    if (!isChanged || stop?.aborted === true || this.problems.mustWait(GC_PART) || !needsGc(repo, site.gc)) return;
    try {
      this.gc = await collectGarbage(repo, { ...options, waitMs: 0 });
      this.problems.solved(GC_PART);
    } catch (error) {
      // Whoever records something goes first; it is tried again after the next change.
      if (!(error instanceof LockedError)) this.failed(GC_PART, error);
    }
  }

  /** One facet's failure does not stop the others; what concerns more than this repo does. */
  private failed(part: string, error: unknown): void {
    this.context.options.signal?.throwIfAborted();
    if (error instanceof RootError) throw error;
    if (!this.work.dryRun) this.problems.failed(part, error);
    this.error ??= asError(error);
  }
}

/**
 * Creates the shadow repo of one directory, if it has none, and updates facets. What fails is in
 * the report.
 * @returns null if nothing was to be done, because another process does it or has done it
 * @throws RootError if the root is not what it was; the reason of the signal when aborted
 */
export function rescanRepo(context: RescanContext, work: RepoWork): Promise<RepoReport | null> {
  return new RepoRun(context, work).run();
}
