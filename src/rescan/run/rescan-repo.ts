import type { FacetResult } from '../../facets/facet-result.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { HeldRealdir } from '../../realdir/reach/held-realdir.js';
import { boundsOf, reachRealdir } from '../../realdir/reach/reach.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import { createBelowRoot } from '../../shadow/create/create-repo.js';
import type { GcResult } from '../../shadow/gc/collect-garbage.js';
import { collectGarbage } from '../../shadow/gc/collect-garbage.js';
import { needsGc } from '../../shadow/gc/gc-need.js';
import type { LockHandle } from '../../shadow/lock/lock.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { SubdirTracking } from '../../shadow/stub/subdir-tracking.js';
import { ToldStore } from '../../shadow/remembered/told-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, LockedError } from '../../util/errors.js';
import { closeForRealdir } from '../guard/close-site.js';
import type { RescanContext } from '../context.js';
import { asError } from '../context.js';
import type { RepoReport } from '../events.js';
import { hookPart } from '../hooks/change-hook.js';
import { chooseTracking } from '../plan/init-choice.js';
import { MountHold } from '../guard/mount-hold.js';
import type { NewRepos } from '../guard/limits.js';
import { limitPart } from '../guard/limits.js';
import { FINDINGS_PART, noteFindings } from './findings-problem.js';
import type { SumsWanted } from './nested-sums.js';
import { NestedSums } from './nested-sums.js';
import type { PlannedRepo, Rename } from '../plan/planned-repo.js';
import { RENAME_PART, renameError } from '../plan/renames.js';
import type { Alarm } from '../alarm/alarm.js';
import { alarmPart } from '../alarm/alarm.js';
import { REPO_PART, RepoProblems } from './repo-problems.js';
import { RootError } from '../guard/root-error.js';
import type { RootGuard } from '../guard/root-guard.js';
import { ROOT_PART } from './root-problems.js';
import { runFacet } from './run-facet.js';
import type { ReadAllowances } from '../guard/read-allowance.js';
import { gateOf } from '../guard/site-gate.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { Root } from '../site.js';

/** The part that has a problem when a shadow repo cannot be compressed. */
const GC_PART = 'gc';

/** The part that has a problem when a repo is passed over again and again, because somebody has its lock. */
const LOCK_PART = 'lock';

/** What is to be done with one repo. */
export interface RepoWork {
  readonly root: Root;
  readonly guard: RootGuard;
  readonly planned: PlannedRepo;
  /** Realdirs of the repos below. */
  readonly nested: readonly ByteString[];
  readonly sums: SumsWanted;
  /** What is to be updated, asked when the repo is claimed. */
  facetsOf(shadow: ByteString): readonly RescanFacet[];
  /** Has others that do the same keep away from the repo; who was first, if it was one of them. */
  claim(repo: ShadowRepo): Promise<LockHandle | LockedError>;
  /** True if a facet has been due for so long that whoever keeps this from being done is a problem. */
  isOverdue(shadow: ByteString): boolean;
  readonly allowances: ReadAllowances;
  readonly newRepos: NewRepos;
  /** Says what would be created; writes nothing. */
  readonly dryRun: boolean;
  /** Waits with what keeps failing. */
  readonly isScheduled: boolean;
}

/** How long a realdir that was reached is taken for the one that is at its path, in milliseconds. */
const REACHED_MS = 1000;

/** What is remembered of a refusal that was told. */
const REFUSED = 'refused';

/** The work on one repo, and what is to be told about it. */
class RepoRun {
  private readonly facets = new Map<RescanFacet, FacetResult>();
  private readonly told = new Set<RescanFacet>();
  private readonly hookErrors: Error[] = [];
  private readonly alarms: Alarm[] = [];
  private readonly problems: RepoProblems;
  private shadow: ByteString | null;
  private created: SubdirTracking | null = null;
  private error: Error | null = null;
  private readonly started = performance.now();
  private readonly toldStore: ToldStore;
  private gc: GcResult | null = null;

  constructor(
    private readonly context: RescanContext,
    private readonly work: RepoWork,
  ) {
    const { planned, isScheduled } = work;
    this.toldStore = new ToldStore(context.site.location.root);
    this.shadow = planned.shadow;
    this.problems = new RepoProblems(context.problems, planned.realdir, context.clock, isScheduled);
  }

  report(refused: string | null = null): RepoReport {
    const { realdir, missing, rename = null } = this.work.planned;
    const { shadow, created, facets, told, error, hookErrors, alarms, gc } = this;
    const mostTold = this.work.root.limits.warnings;
    return {
      mostTold,
      realdir,
      shadow,
      created,
      missing,
      rename,
      facets,
      told,
      refused,
      error,
      hookErrors,
      alarms,
      gc,
      seconds: (performance.now() - this.started) / 1000,
    };
  }

  async run(): Promise<RepoReport | null> {
    const { work } = this;
    const { dryRun, guard, planned, root, isScheduled } = work;
    const reached = this.reach();
    const held = reached instanceof FsoError ? null : reached;
    try {
      guard.confirm(held !== null && planned.realdir !== root.path);
      if (planned.error !== null) throw planned.error;
      if (reached instanceof FsoError) throw reached;
      guard.confirmMounted(planned.realdir);
      if (this.shadow === null) {
        if (planned.rename !== undefined) return this.renamed(planned.rename);
        if (!work.newRepos.take()) return null;
        const choice = await chooseTracking(root, planned.realdir, this.context.options.signal);
        if (choice.refused !== null) {
          work.newRepos.giveBack();
          return this.refused(choice.refused);
        }
        if (!dryRun) this.toldStore.set(planned.realdir, REFUSED, []);
        if (dryRun) this.created = choice.tracking;
        else this.shadow = await this.create(choice.tracking);
      }
      if (dryRun || this.shadow === null) return this.report();
      // Nothing was deleted: it will be recorded under its new name.
      if (planned.missing && planned.rename?.isOpen === true) return isScheduled ? null : this.report();
      const repo = openAt(this.shadow, planned.realdir, gateOf(this.context.site));
      closeForRealdir(this.context, repo);
      this.problems.solved(REPO_PART);
      this.problems.keepOnly([ROOT_PART, REPO_PART, GC_PART, LOCK_PART, FINDINGS_PART, ...root.facets, ...root.onChange.map(hookPart),
        ...(root.alarm === null ? [] : root.facets.map(alarmPart))]);
      if (!(await this.updateAlone(repo, held))) return null;
    } catch (error) {
      this.failed(REPO_PART, error);
    } finally {
      held?.release();
    }
    return this.report();
  }

  /**
   * The realdir, held; null if it is missing or cannot be reached; an error if something is on the way that must not be followed or
   * entered.
   */
  private reach(): HeldRealdir | FsoError | null {
    const { planned, root } = this.work;
    try {
      return reachRealdir(planned.realdir, boundsOf(planned.realdir, [root]));
    } catch (error) {
      if (error instanceof FsoError) return error;
      throw error;
    }
  }

  private async create(tracking: SubdirTracking): Promise<ByteString> {
    const { site, options } = this.context;
    const { realdir } = this.work.planned;
    const made = await createBelowRoot(site.location, realdir, {
      ...options,
      tracking,
      shadowMode: site.shadowMode,
      roots: [this.work.root],
    });
    if (made.created) this.created = tracking;
    return made.repo.directory;
  }

  /** Returns false if nothing was to be done. */
  private async updateAlone(repo: ShadowRepo, held: HeldRealdir | null): Promise<boolean> {
    const claim = await this.work.claim(repo);
    if (claim instanceof LockedError) return this.passOver(repo, claim);
    this.problems.solved(LOCK_PART);
    try {
      const facets = this.work.facetsOf(repo.directory);
      if (facets.length > 0) await this.update(repo, facets, held);
      await this.tidy(repo);
      return facets.length > 0 || this.created !== null;
    } finally {
      claim.release();
    }
  }

  /** Mostly another process does the work; but a lock that stays must not end all recording in silence. */
  private passOver({ directory }: ShadowRepo, reason: LockedError): boolean {
    const isProblem = this.work.isOverdue(directory) && !this.problems.mustWait(LOCK_PART);
    if (isProblem) this.failed(LOCK_PART, reason);
    return isProblem || this.created !== null;
  }

  private async update(repo: ShadowRepo, facets: readonly RescanFacet[], held: HeldRealdir | null): Promise<void> {
    const { root, guard, allowances, planned, nested, sums } = this.work;
    const { problems } = this;
    const hold = new MountHold(root.path, planned.realdir, held);
    guard.rememberMount(planned.realdir, held ?? undefined);
    const beforeCommit = (): void => {
      guard.confirm();
      guard.confirmMounted(planned.realdir);
      hold.confirm();
    };
    const reader = ObjectReader.open(repo.gitDir);
    try {
      for (const facet of facets) {
        if (this.context.stop?.aborted === true) return;
        try {
          const known = new NestedSums(this.context, planned.realdir, nested, sums);
          // Creating a repo, and each facet, may have taken long: then the directory may be another one.
          const isFresh = performance.now() - this.started < REACHED_MS && this.created === null;
          const run = { root, repo: repo.readBy(reader), held: isFresh ? held : null, facet, allowances, problems, known, beforeCommit };
          const result = await runFacet(this.context, run, { hookErrors: this.hookErrors, alarms: this.alarms });
          if (facet === 'sha' || facet === 'verify') noteFindings(this.context.problems, repo, this.context.clock.now());
          if (result === null) return;
          this.facets.set(facet, result);
          problems.recorded(facet, result);
          if (this.wasTold(facet, result)) this.told.add(facet);
          const hits = result.limits.map(({ message, count }) => (count === 1 ? message : `${message} (${count} paths in all)`));
          this.toldStore.set(planned.realdir, limitPart(facet), hits);
        } catch (error) {
          this.failed(facet, error);
        }
      }
    } finally {
      reader.close();
      hold.release();
    }
  }

  /** Null if a scheduled run has told it and waits. */
  private renamed(rename: Rename): RepoReport | null {
    if (this.problems.mustWait(RENAME_PART)) return null;
    this.failed(RENAME_PART, renameError(rename));
    return this.report();
  }

  /** What there is to say of a repo that is not created; null if a scheduled run has said it before: it is due again each time. */
  private refused(reason: string): RepoReport | null {
    const isTold = this.work.isScheduled && this.toldStore.wasTold(this.work.planned.realdir, REFUSED, [reason]);
    return isTold ? null : this.report(reason);
  }

  /** True if a scheduled run need not say again what it could not read, and what it warns of. */
  private wasTold(facet: RescanFacet, { problems, problemCount, warnings, warningCount }: FacetResult): boolean {
    const lines = [...problems, ...warnings].map(({ path, message }) => `${path} ${message}`);
    if (lines.length > 0) lines.push(`${problemCount} ${warningCount}`);
    return this.work.isScheduled && this.toldStore.wasTold(this.work.planned.realdir, facet, lines);
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
export async function rescanRepo(context: RescanContext, work: RepoWork): Promise<RepoReport | null> {
  return new RepoRun(context, work).run();
}
