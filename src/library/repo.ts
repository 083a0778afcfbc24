import type { Use } from '../rescan/guard/open-named.js';
import { openNamed } from '../rescan/guard/open-named.js';
import { createHere as createInDirectory } from '../shadow/create/create-here.js';
import { checkUuid, createBelowRoot as createMirror } from '../shadow/create/create-repo.js';
import type { CreateOptions as CoreCreateOptions } from '../shadow/create/create-repo.js';
import type { Site } from '../rescan/site.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { SubdirTracking } from '../shadow/stub/subdir-tracking.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import type { Config } from './config.js';
import { siteOf } from './config.js';
import { checkedOptions } from './checked-options.js';
import type { Path, RunOptions } from './inputs.js';
import { absoluteBytesOf, coreOptions, knownTracking } from './inputs.js';

/** A shadow repo; `openRepo`, `createHere`, `createBelowRoot` and `moveRepo` make one. Nothing of it stays open. */
export interface Repo {
  /** Absolute path of the directory `<uuid>.fso`. */
  readonly directory: string;
  /** Absolute path of the directory that is observed. */
  readonly realdir: string;
  /** Null in repos that were made without one. */
  readonly uuid: string | null;
}

const siteOfRepo = new WeakMap<Repo, Site | 'none'>();

/** What the library gives for a shadow repo of the core. @param site null where nothing is configured */
export function repoOf({ directory, realdir, uuid }: ShadowRepo, site: Site | null): Repo {
  const repo = { directory: textOfBytes(directory), realdir: textOfBytes(realdir), uuid };
  siteOfRepo.set(repo, site ?? 'none');
  return repo;
}

/** The configuration that a repo was opened with; null if there was none. @throws UsageError if the library has not made it */
export function siteFor(repo: Repo): Site | null {
  const site = siteOfRepo.get(repo);
  if (site === undefined) throw new UsageError('this shadow repo was not opened by openRepo');
  return site === 'none' ? null : site;
}

/** Opens a repo for one operation: anything can have happened to it meanwhile. @throws FsoError like `openRepo` */
export function opened(repo: Repo, use: Use): ShadowRepo {
  const site = siteFor(repo);
  return openNamed(absoluteBytesOf(repo.directory), site, use);
}

function siteFrom({ config }: OpenOptions): Site | null {
  return config === undefined ? null : siteOf(config);
}

/** What a shadow repo has to fit. */
export interface OpenOptions {
  /** The configuration of the place: its roots and its shadow root say who is trusted, as docs/security.md tells. */
  readonly config?: Config;
}

/**
 * A shadow repo.
 * @param directory absolute path of the directory `<uuid>.fso`
 * @throws FsoError if there is none, or one of a stranger, or one in a place that it must not be in
 */
export function openRepo(directory: Path, options: OpenOptions = {}): Repo {
  const site = siteFrom(checkedOptions(options));
  return repoOf(openNamed(absoluteBytesOf(directory), site, 'read'), site);
}

/** How to create a shadow repo. */
export interface CreateOptions extends RunOptions, OpenOptions {
  /** How subdirectories are tracked; `enter-subdirs`, file by file, if it is not given. */
  readonly tracking?: SubdirTracking;
  /** A random one if it is not given. */
  readonly uuid?: string;
}

function coreCreateOptions(options: CreateOptions): CoreCreateOptions {
  const { tracking = 'enter-subdirs', uuid } = checkedOptions(options);
  return {
    ...coreOptions(options),
    roots: siteFrom(options)?.roots ?? [],
    tracking: knownTracking(tracking),
    ...(uuid !== undefined && { uuid: checkUuid(uuid) }),
  };
}

/**
 * Creates a shadow repo in an existing, empty directory.
 * @throws FsoError if the directory is not empty, or a stranger's, or if the realdir is no directory or overlaps with it
 */
export async function createHere(directory: Path, realdir: Path, options: CreateOptions = {}): Promise<Repo> {
  const repo = await createInDirectory(absoluteBytesOf(directory), absoluteBytesOf(realdir), coreCreateOptions(options));
  return repoOf(repo, siteFrom(options));
}

/** Where shadow repos are created. */
export interface CreateBelowOptions extends CreateOptions {
  /** Prefix that is removed from the realdir before it is mirrored. */
  readonly trimHostRoot?: Path;
}

/**
 * Creates the shadow repo of a realdir in `<shadowRoot>/<path of realdir>/<uuid>.fso`, or gives the one that it has.
 * @throws FsoError if the realdir is no directory, overlaps with the shadow root, or has several
 */
export async function createBelowRoot(
  shadowRoot: Path,
  realdir: Path,
  given: CreateBelowOptions = {},
): Promise<{ readonly repo: Repo; readonly created: boolean }> {
  const { trimHostRoot, ...options } = checkedOptions(given);
  const location = { root: absoluteBytesOf(shadowRoot), trimHostRoot: trimHostRoot === undefined ? '' : absoluteBytesOf(trimHostRoot) };
  const { repo, created } = await createMirror(location, absoluteBytesOf(realdir), coreCreateOptions(options));
  return { repo: repoOf(repo, siteFrom(options)), created };
}
