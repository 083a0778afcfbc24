import type { StubFiles } from '../shadow/stub/stub-files.js';
import { STUB_FILE_NAMES } from '../shadow/stub/stub-files.js';
import type { SubdirTracking } from '../shadow/stub/subdir-tracking.js';
import { refuseBeyondLimits } from '../rescan/guard/switch-limits.js';
import type { AppliedStub as CoreAppliedStub } from '../stub/apply-stub.js';
import { applyStub as coreApply } from '../stub/apply-stub.js';
import type { StubChange as CoreStubChange } from '../stub/edit-stub.js';
import { editStub as coreEdit } from '../stub/edit-stub.js';
import type { StubPreview as CorePreview } from '../stub/preview-stub.js';
import { previewStub as corePreview } from '../stub/preview-stub.js';
import type { ReinitResult as CoreReinitResult } from '../stub/reinit.js';
import { reinit as coreReinit } from '../stub/reinit.js';
import { withIgnorePattern, withNogbundlePattern } from '../stub/stub-rules.js';
import { readStub } from '../shadow/stub/read-stub.js';
import { bytesOfText, textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { allowedWords } from '../util/text/nearest-word.js';
import { checkedOptions, checkedText, isObject } from './checked-options.js';
import type { RunOptions, SignalOption } from './inputs.js';
import { coreOptions, knownTracking } from './inputs.js';
import type { Repo } from './repo.js';
import { opened, siteFor } from './repo.js';
import type { Public } from './results.js';
import { toPublic } from './results.js';

/** Texts of `.gitignore`, `.gitattributes` and `.nogbundles`; a file that is not named does not exist, or stays as it is. */
export type StubTexts = StubFiles;
/** What applying the stub did to one branch. */
export type AppliedStub = Public<CoreAppliedStub>;
/** What a change of the stub would mean for `master-stat`. */
export type StubPreview = Public<CorePreview>;
/** What a switch of the subdir tracking did. */
export type ReinitResult = Public<CoreReinitResult>;

/** A change of the stub: do not track new paths that match, record directories as summaries, or the files that shall differ. */
export type StubEdit =
  | { readonly ignore: string }
  | { readonly bundle: string }
  | { readonly change: (current: StubTexts) => StubTexts };

/** What an edit of the stub did; `stub` is the commit, null if nothing had to be changed. */
export interface EditedStub {
  readonly stub: string | null;
  readonly applied: readonly AppliedStub[];
}

function mapTexts(files: StubFiles, convert: (text: string) => string): StubFiles {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, convert(text)]));
}

/** The files of a stub as text. */
export function stubTexts(files: StubFiles): StubTexts {
  return mapTexts(files, textOfBytes);
}

/** What a function of the caller has made of the stub, in bytes. */
function changedTexts(files: StubTexts): StubFiles {
  if (!isObject(files)) throw new UsageError('change must return an object with the texts of files');
  const unknown = Object.keys(files).find((name) => !STUB_FILE_NAMES.some((known) => known === name));
  if (unknown !== undefined)
    throw new UsageError(`${JSON.stringify(unknown)} is no file of the stub; ${allowedWords(unknown, STUB_FILE_NAMES)}`);
  return mapTexts(files, (text) => bytesOfText(checkedText(text, 'the text of a file of the stub')));
}

function changeOf(edit: StubEdit): { readonly make: CoreStubChange; readonly subject: string } {
  if (!isObject(edit)) throw new UsageError('an edit of the stub must be an object');
  if ('ignore' in edit) {
    checkedText(edit.ignore, 'ignore');
    return { make: (current) => withIgnorePattern(current, bytesOfText(edit.ignore)), subject: `stub ignore ${edit.ignore}` };
  }
  if ('bundle' in edit) {
    checkedText(edit.bundle, 'bundle');
    return { make: (current) => withNogbundlePattern(current, bytesOfText(edit.bundle)), subject: `stub bundle ${edit.bundle}` };
  }
  if (typeof edit.change !== 'function') throw new UsageError('an edit of the stub must have ignore, bundle or change, a function');
  return { make: (current) => changedTexts(edit.change(stubTexts(current))), subject: 'stub edit' };
}

/** Merges `master-stub` into the branches that follow it. @throws LockedError if others write for longer than `waitMs` */
export async function applyStub(repo: Repo, options: RunOptions = {}): Promise<readonly AppliedStub[]> {
  return toPublic(await coreApply(opened(repo, 'write'), coreOptions(options)));
}

/**
 * Changes the stub, commits it and applies it. A `change` may be called several times.
 * @throws UsageError for a pattern that cannot be used, FsoError if the stub has edits that are not committed
 */
export async function editStub(repo: Repo, edit: StubEdit, options: RunOptions = {}): Promise<EditedStub> {
  const { make, subject } = changeOf(edit);
  return toPublic(await coreEdit(opened(repo, 'write'), make, subject, coreOptions(options)));
}

/** What an edit would mean for what is recorded. Nothing is written. */
export async function previewStub(repo: Repo, edit: StubEdit, options: SignalOption = {}): Promise<StubPreview> {
  checkedOptions(options).signal?.throwIfAborted();
  const shadow = opened(repo, 'read');
  return toPublic(await corePreview(shadow, changeOf(edit).make(readStub(shadow)), options));
}

/**
 * Switches how subdirectories are tracked; edits of the stub are overwritten.
 * @throws FsoError if the realdir is larger than the init limits of the repo's configuration allow
 */
export async function reinit(repo: Repo, tracking: SubdirTracking, options: RunOptions = {}): Promise<ReinitResult> {
  knownTracking(tracking);
  const { signal } = checkedOptions(options);
  const roots = siteFor(repo)?.roots ?? [];
  const beforeSwitch = ({ realdir }: { readonly realdir: string }): Promise<void> =>
    refuseBeyondLimits(roots, realdir, tracking, signal);
  return toPublic(await coreReinit(opened(repo, 'write'), tracking, { ...coreOptions(options), beforeSwitch }));
}
