import type { MetadataChange as CoreMetadataChange } from '../facets/meta/change-metadata.js';
import { changeMetadata } from '../facets/meta/change-metadata.js';
import type { JsonValue, Metadata } from '../record/metadata-json.js';
import { requireJson } from '../record/metadata-json.js';
import { gateFor } from '../rescan/guard/open-named.js';
import { followConfigured } from '../rescan/run/follow-configured.js';
import type { CheckResult as CoreCheckResult } from '../shadow/check/check-repo.js';
import { checkRepo as coreCheck } from '../shadow/check/check-repo.js';
import type { GcResult } from '../shadow/gc/collect-garbage.js';
import { collectGarbage as coreGc } from '../shadow/gc/collect-garbage.js';
import type { HandbackResult as CoreHandbackResult } from '../takeover/handback.js';
import { handBack as coreHandBack } from '../takeover/handback.js';
import { textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { checkedList, checkedOptions, checkedText, isObject } from './checked-options.js';
import { siteOf } from './config.js';
import type { Path, RunOptions } from './inputs.js';
import { absoluteBytesOf, bytesOf, coreOptions, hexadecimal, objectIdOf, oneLineOf } from './inputs.js';
import type { RepoHead } from './read.js';
import type { OpenOptions, Repo } from './repo.js';
import { opened, repoOf, siteFor } from './repo.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';

/** What a check has found. */
export type CheckResult = Public<CoreCheckResult>;
/** What was handed back. */
export type HandbackResult = Public<CoreHandbackResult>;

/** How to check. */
export interface CheckOptions extends RunOptions, OpenOptions {
  /** Repairs what can be repaired without guessing. */
  readonly repair?: boolean;
}

/**
 * Checks a shadow repo for damage. It need not be in order, so it is named by its directory.
 * @param directory absolute path of the directory `<uuid>.fso`
 * @throws FsoError if there is no Git repository at all, or one that is not trusted; LockedError
 */
export async function checkRepo(directory: Path, options: CheckOptions = {}): Promise<CheckResult> {
  const { config, repair = false } = checkedOptions(options);
  const gate = gateFor(config === undefined ? null : siteOf(config), 'adopt');
  return toPublic(await coreCheck(absoluteBytesOf(directory), { ...coreOptions(options), gate, repair }));
}

/** How to collect garbage. */
export interface GcOptions extends RunOptions {
  /** Objects that nothing refers to go when they are older than this, in milliseconds; two weeks if it is not given. */
  readonly expireMs?: number;
}

/** Compresses a shadow repo. Gives way to whoever waits to record something. @throws LockedError then, too */
export async function collectGarbage(repo: Repo, options: GcOptions = {}): Promise<GcResult> {
  const { expireMs } = checkedOptions(options);
  return coreGc(opened(repo, 'write'), { ...coreOptions(options), ...(expireMs !== undefined && { expireMs }) });
}

/** How to follow a realdir. */
export interface MoveOptions extends RunOptions {
  /** Leaves the shadow repo where it is. */
  readonly inPlace?: boolean;
  /** Prefix that is removed from realdirs before they are mirrored; that of the configuration if it is not given. */
  readonly trimHostRoot?: Path;
}

/**
 * Has a shadow repo observe another directory, to which the real one was moved.
 * @returns the repo where it is then, and where a second one, of the new name, was put; null if there was none
 * @throws FsoError if something would be lost
 */
export async function moveRepo(
  repo: Repo,
  realdir: Path,
  options: MoveOptions = {},
): Promise<{ readonly repo: Repo; readonly putAside: string | null }> {
  const { inPlace, trimHostRoot } = checkedOptions(options);
  const site = siteFor(repo);
  const result = await followConfigured(opened(repo, 'adopt'), absoluteBytesOf(realdir), site, {
    ...coreOptions(options),
    ...(inPlace !== undefined && { inPlace }),
    ...(trimHostRoot !== undefined && { trimHostRoot: absoluteBytesOf(trimHostRoot) }),
  });
  return { repo: repoOf(result.repo, site), putAside: result.putAside === null ? null : textOfBytes(result.putAside) };
}

/** How to hand back. */
export interface HandbackOptions extends RunOptions {
  /** Writes the index files although git-fso 0.1.0 has not made the repo. */
  readonly force?: boolean;
}

/** Lets git-fso 0.1.0 go on with a shadow repo. @throws FsoError if it has not made it, without `force` */
export async function handBack(repo: Repo, options: HandbackOptions = {}): Promise<HandbackResult> {
  const { force } = checkedOptions(options);
  return toPublic(await coreHandBack(opened(repo, 'write'), { ...coreOptions(options), ...(force !== undefined && { force }) }));
}

/** A change of the metadata of a path: `.` is the toplevel, directories end with a slash. */
export type MetadataChange = { readonly path: Path } & (
  /** All keys; none removes the metadata. */
  | { readonly replaceBy: Metadata | { readonly [key: string]: JsonValue } }
  /** Keys that are set; the others stay. */
  | { readonly merge: Metadata | { readonly [key: string]: JsonValue } }
  | { readonly removeKeys: readonly string[] }
);

/** What must hold for a change to happen, and how the commit describes it. */
export interface MetadataOptions extends RunOptions {
  /** The commit that `master-meta` must have, 40 hexadecimal digits. */
  readonly expectedCommit?: string;
  /** The state that the four branches must have, 64 hexadecimal digits. */
  readonly expectedGitNogCommit?: string;
  /** One line for the commit; the time follows it. */
  readonly message?: string;
}

function metadataOf(given: Metadata | { readonly [key: string]: JsonValue }): Metadata {
  if (!isObject(given)) throw new UsageError('metadata must be a Map or an object');
  const metadata: Metadata = given instanceof Map ? given : new Map(Object.entries(given));
  for (const [key, value] of metadata) requireJson(value, checkedText(key, 'a key of metadata'));
  return metadata;
}

function coreChange(change: MetadataChange): CoreMetadataChange {
  if (!isObject(change)) throw new UsageError('a change of metadata must be an object');
  const path = bytesOf(change.path);
  if ('replaceBy' in change) return { path, replaceBy: metadataOf(change.replaceBy) };
  if ('merge' in change) return { path, merge: metadataOf(change.merge) };
  const removeKeys = checkedList(change.removeKeys, 'removeKeys');
  return { path, removeKeys: removeKeys.map((key) => checkedText(key, 'a key of metadata')) };
}

/**
 * Changes metadata of several paths in one commit, all or nothing.
 * @throws UsageError for a path or key that cannot be recorded, FsoError if the state is not the expected one
 */
export async function setMetadata(
  repo: Repo,
  changes: readonly MetadataChange[],
  options: MetadataOptions = {},
): Promise<RepoHead & { readonly isNewCommit: boolean }> {
  const { expectedCommit, expectedGitNogCommit, message } = checkedOptions(options);
  const result = await changeMetadata(opened(repo, 'write'), checkedList(changes, 'changes').map(coreChange), {
    ...coreOptions(options),
    ...(expectedCommit !== undefined && { expectedCommit: objectIdOf(expectedCommit, 'expectedCommit') }),
    ...(expectedGitNogCommit !== undefined && { expectedGitNogCommit: hexadecimal(expectedGitNogCommit, 64, 'expectedGitNogCommit') }),
    ...(message !== undefined && { message: oneLineOf(message, 'message') }),
  });
  return { uuid: repo.uuid, ...toPublic(result) };
}
