import { diagnoseConfig } from '../config/diagnose-config.js';
import type { Finding } from '../rescan/doctor/finding.js';
import type { RescanEvent as CoreRescanEvent, RescanSummary } from '../rescan/events.js';
import type { FoundDirectory as CoreFoundDirectory } from '../rescan/list/directories.js';
import { findDirectories } from '../rescan/list/directories.js';
import type { DueRoot as CoreDueRoot } from '../rescan/list/list-due.js';
import { listDue as coreListDue } from '../rescan/list/list-due.js';
import type { ListedRoot as CoreListedRoot } from '../rescan/list/list.js';
import { listRoot } from '../rescan/list/list.js';
import { clearProblems, listProblems as coreListProblems } from '../rescan/list/problems.js';
import type { ManyReposOptions } from '../rescan/open-context.js';
import { rescan as coreRescan } from '../rescan/rescan.js';
import type { DaemonEvent as CoreDaemonEvent } from '../rescan/schedule/daemon.js';
import { Daemon as CoreDaemon } from '../rescan/schedule/daemon.js';
import { rescanDue as coreRescanDue } from '../rescan/schedule/rescan-due.js';
import type { RescanFacet } from '../shadow/facets.js';
import { RESCAN_FACETS } from '../shadow/facets.js';
import type { StoredProblem as CoreStoredProblem } from '../shadow/remembered/problem-store.js';
import { ProblemStore } from '../shadow/remembered/problem-store.js';
import { textOfBytes } from '../util/byte-string.js';
import type { Config } from './config.js';
import { siteOf } from './config.js';
import { checkedList, checkedOptions, checkedText, checkedWord } from './checked-options.js';
import type { Path, RunOptions, SignalOption } from './inputs.js';
import { absoluteBytesOf, coreOptions } from './inputs.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';

/** What a rescan tells while it runs; the same as the lines of `git-fso rescan --json`, in docs/json.md. */
export type RescanEvent = Public<CoreRescanEvent>;
/** What a daemon tells. */
export type DaemonEvent = Public<CoreDaemonEvent>;
/** What happened to one repo in a rescan. */
export type RepoReport = Extract<RescanEvent, { readonly type: 'repo' }>['report'];
/** The repos of a root, and what could not be looked at. */
export type ListedRoot = Public<CoreListedRoot> & { readonly root: string };
/** One repo of a root, from its records alone. */
export type ListedRepo = ListedRoot['repos'][number];
/** What is due below a root, and what could not be looked at. */
export type DueRoot = Public<CoreDueRoot> & { readonly root: string };
/** When a facet of a repo was done, and will be. */
export type DueEntry = DueRoot['entries'][number];
/** What naming rules make of a directory. */
export type FoundDirectory = Public<CoreFoundDirectory>;
/** Something that failed and has not succeeded since. */
export type StoredProblem = Public<CoreStoredProblem>;

/** What everything that works on many repos takes. */
export interface ManyOptions<Event> extends RunOptions {
  /** When it is set, repos in flight are finished, and no others are begun. */
  readonly stop?: AbortSignal;
  /** Repos to work on at the same time; as configured if it is not given. */
  readonly jobs?: number;
  /** Told what happens, as it happens. */
  readonly onEvent?: (event: Event) => void;
}

/** How to rescan; what is not given is as configured. */
export interface RescanOptions extends ManyOptions<RescanEvent> {
  readonly facets?: readonly RescanFacet[];
  /** Absolute paths in realdirs, or of shadow repos: only the repos that these are in. */
  readonly places?: readonly Path[];
  /** Says what would be created; writes nothing. */
  readonly dryRun?: boolean;
  /** False updates existing shadow repos only. */
  readonly init?: boolean;
  /** Records roots, and mount points in repos, that look as if nothing were mounted there, as they are. */
  readonly acceptEmpty?: boolean;
}

function manyOptions(options: ManyOptions<never>): ManyReposOptions {
  const { stop } = options;
  return { ...coreOptions(options), ...(stop && { stop }) };
}

const ignore = (): void => undefined;

/**
 * Discovers the repos of each root, creates missing shadow repos, and updates facets. What fails for one repo or root is told by
 * an event, is counted in the summary, and does not stop the others.
 * @throws FsoError with code `Place` if shadow repos would be in a root
 */
export async function rescan(config: Config, options: RescanOptions = {}): Promise<RescanSummary> {
  const { facets = null, places, dryRun = false, init = true, acceptEmpty = false, jobs, onEvent = ignore } = checkedOptions(options);
  for (const facet of facets ?? []) checkedWord(facet, RESCAN_FACETS, 'a facet');
  const site = siteOf(config);
  return coreRescan(
    // Metrics tell of whole runs.
    places === undefined ? site : { ...site, metricsFile: null },
    { ...manyOptions(options), facets, places: places?.map(absoluteBytesOf) ?? null, dryRun, init, acceptEmpty, jobs: jobs ?? site.jobs },
    (event) => onEvent(toPublic(event)),
  );
}

/** Does what is due by the schedules, and returns. Throws like `rescan`. */
export async function rescanDue(config: Config, options: ManyOptions<RescanEvent> = {}): Promise<RescanSummary> {
  const { jobs, onEvent = ignore } = checkedOptions(options);
  const site = siteOf(config);
  return coreRescanDue({ ...site, jobs: jobs ?? site.jobs }, manyOptions(options), (event) => onEvent(toPublic(event)));
}

/** How a daemon runs. */
export interface DaemonOptions extends ManyOptions<DaemonEvent> {
  /** Ends when nothing is due. */
  readonly once?: boolean;
  /** How long to wait for another daemon of the same shadow root, in milliseconds; not at all if it is not given. */
  readonly daemonWaitMs?: number;
}

/** A daemon that has the lock of its shadow root. */
export interface Daemon {
  /** Works until `stop` or `signal` is set. @throws the reason of `signal` */
  run(): Promise<void>;
  /** Uses another configuration from now on. @throws FsoError if it has another shadow root */
  reload(config: Config): void;
}

/** Becomes the daemon of a configuration; call `run`, once. @throws LockedError if there is one already */
export async function startDaemon(config: Config, options: DaemonOptions = {}): Promise<Daemon> {
  const { once = false, daemonWaitMs = 0, jobs, onEvent = ignore } = checkedOptions(options);
  const siteWithJobs = (from: Config): ReturnType<typeof siteOf> => {
    const site = siteOf(from);
    return jobs === undefined ? site : { ...site, jobs };
  };
  const coreDaemonOptions = { ...manyOptions(options), once, daemonWaitMs };
  const daemon = await CoreDaemon.start(siteWithJobs(config), coreDaemonOptions, (event) => onEvent(toPublic(event)));
  return { run: () => daemon.run(), reload: (next) => daemon.reload(siteWithJobs(next)) };
}

/** The repos below the roots, existing and to be created, root by root; sizes are from the records. */
export async function* listRepos(config: Config, options: SignalOption = {}): AsyncGenerator<ListedRoot> {
  const { signal } = checkedOptions(options);
  const site = siteOf(config);
  for (const root of site.roots) {
    signal?.throwIfAborted();
    yield { root: textOfBytes(root.path), ...toPublic(await listRoot(site, root, new Date(), signal)) };
  }
}

/** When each facet was last complete, and when it is due by the schedules, root by root. @param options.now the time to compare with */
export async function* listDue(
  config: Config,
  options: SignalOption & { readonly now?: Date } = {},
): AsyncGenerator<DueRoot> {
  const { now = new Date(), signal } = checkedOptions(options);
  const site = siteOf(config);
  const problems = new ProblemStore(site.location.root);
  for (const root of site.roots) {
    signal?.throwIfAborted();
    yield { root: textOfBytes(root.path), ...toPublic(await coreListDue(site, root, problems, now, signal)) };
  }
}

/** What the naming rules find. @param options.untracked only what no shadow repo records */
export async function* discover(
  config: Config,
  options: SignalOption & { readonly untracked?: boolean } = {},
): AsyncGenerator<FoundDirectory> {
  checkedOptions(options).signal?.throwIfAborted();
  for await (const found of findDirectories(siteOf(config), options)) yield toPublic(found);
}

/**
 * What is wrong with an installation, and what to do, each as it is found.
 * @param options.searchPath the variable PATH of those who run git-fso, which is looked at, too
 */
export function diagnose(config: Config, options: SignalOption & { readonly searchPath: string }): AsyncGenerator<Finding> {
  const { searchPath, signal } = checkedOptions(options);
  checkedText(searchPath, 'searchPath');
  return diagnoseConfig(siteOf(config), config.file, searchPath, signal);
}

/** What has failed below the roots and was not solved since, by path. @throws FsoError if it may not be read */
export function listProblems(config: Config): readonly StoredProblem[] {
  return toPublic(coreListProblems(siteOf(config)));
}

/**
 * Forgets problems, so that scheduled runs try again at once.
 * @param places absolute paths of realdirs or roots; all if it is not given
 * @returns how many directories had problems
 */
export function clearErrors(config: Config, places?: readonly Path[]): number {
  return clearProblems(siteOf(config), places === undefined ? null : checkedList(places, 'places').map(absoluteBytesOf)).cleared;
}
