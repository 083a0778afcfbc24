import type { Command } from 'commander';
import { lastSeen } from '../history/last-seen.js';
import { isUnrecorded } from '../history/listing/unrecorded.js';
import { Ground } from '../history/places/ground.js';
import type { Part } from '../history/places/parts.js';
import { outermost, partsOf, pathOfPart } from '../history/places/parts.js';
import { recordedPath } from '../history/places/typed-path.js';
import type { Histories } from '../history/states/histories.js';
import { secondsOf } from '../history/times/date.js';
import { worseStatus, statusOfDone } from './exit-status.js';
import { yieldRegularly } from '../util/async/yield-regularly.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, isAtOrBelow, joinPath, normalPath, textOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { safePath } from '../util/text/safe-text.js';
import type { CliContext } from './context.js';
import { absolutePath } from './context.js';
import { goneText, timeText } from './gone.js';
import { openPlace, siteIfAny } from './open-repo.js';
import { DEFAULTS } from '../defaults.js';
import { errorText } from './render/error-text.js';
import { describeError } from './render/rescan/rescan-text.js';

/** Options of commands that answer from the records of many repos. */
export interface PlaceFlags {
  readonly config?: string;
  readonly shadow?: string;
}

/** Adds `--shadow` and `--config`. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--shadow <directory>', 'shadow root to look in (default: that of the configuration)')
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile}, if there is one)`);
}

/** Where answers are looked for; null where nothing is configured and no shadow root is named. */
export async function groundOf(context: CliContext, flags: PlaceFlags): Promise<Ground | null> {
  const site = await siteIfAny(context, flags);
  if (flags.shadow === undefined) return site === null ? null : new Ground(site.location, site.roots);
  const root = absolutePath(context, flags.shadow);
  return site?.location.root === root ? new Ground(site.location, site.roots) : new Ground({ root, trimHostRoot: '' }, []);
}

/** Tells of a repo that cannot be asked; the exit status is 1 then. */
export function tellProblem(context: CliContext, error: unknown): void {
  context.stderr.write(`failed ${describeError(error)}\n`);
  context.exitStatus = worseStatus(context.exitStatus, statusOfDone({ isFaulty: true }));
}

/** Tells what is missing in an answer that is given; the exit status is 1 then. */
export function tellFailure(context: CliContext, error: FsoError): void {
  context.stderr.write(errorText(error));
  context.exitStatus = worseStatus(context.exitStatus, statusOfDone({ isFaulty: true }));
}

/** Tells of a place in which nothing at all was recorded, if that is so; of what is gone, when it was last there, and how big. */
export async function tellUnrecorded(context: CliContext, parts: readonly Part[], place: ByteString, seconds: number): Promise<void> {
  if (!isUnrecorded(parts, place, seconds)) return;
  const part = parts.find((each) => each.path !== '' && pathOfPart(each) === place);
  const seen = part === undefined ? null : await lastSeen(part.repo, part.path, seconds, yieldRegularly(context.signal));
  const error =
    seen === null ?
      new FsoError(`${textOfBytes(place)}: nothing was recorded there`, { remedy: '`git-fso which` tells what covers it' })
    : new FsoError(goneText(textOfBytes(place), seen), { remedy: `--at ${timeText(seen.seconds)} is about what was there then` });
  tellFailure(context, error);
}

/**
 * What a command of answers is about: with `-C`, one repo, or places in it; else the places that are named, or all that is
 * recorded. Relative paths start at the directory of the call; in a shadow repo, at its realdir.
 * @throws FsoError if there is nothing to ask; UsageError for a place that nobody covers
 */
export async function askedParts(context: CliContext, flags: PlaceFlags, operands: readonly string[]): Promise<readonly Part[]> {
  const ground = await groundOf(context, flags);
  if (context.isDirectoryNamed || ground === null) return partsOfOne(context, flags, operands);
  if (operands.length === 0) return partsOf(ground, null, (_realdir, error) => tellProblem(context, error));
  const places = await placesOf(context, ground, flags, operands);
  return partsOf(ground, places, (_realdir, error) => tellProblem(context, error));
}

/** All that is recorded: of the repos that are asked, where no others are known. Problems are told of those that are asked. */
export async function allParts(context: CliContext, flags: PlaceFlags, asked: readonly Part[]): Promise<readonly Part[]> {
  const ground = await groundOf(context, flags);
  if (ground !== null) return partsOf(ground, null, () => undefined);
  return [...new Map(asked.map(({ repo }) => [repo.directory, { repo, path: '', nested: [] }])).values()];
}

/** The absolute paths that operands name. */
export async function placesOf(context: CliContext, ground: Ground, flags: PlaceFlags, operands: readonly string[]): Promise<ByteString[]> {
  const base = await baseDirectory(context, ground, flags, operands);
  return operands.map((operand) => {
    const path = bytesOfText(operand);
    return normalPath(path.startsWith('/') ? path : joinPath(base, path));
  });
}

async function partsOfOne(context: CliContext, flags: PlaceFlags, operands: readonly string[]): Promise<readonly Part[]> {
  const { repo, path } = await openPlace(context, 'read', flags);
  if (operands.length === 0) return [{ repo, path: '', nested: [] }];
  const paths = new Set(operands.map((operand) => recordedPath(repo, operand, path)));
  return outermost(paths).map((one) => ({ repo, path: one, nested: [] }));
}

/** Where relative operands start. */
async function baseDirectory(context: CliContext, ground: Ground, flags: PlaceFlags, operands: readonly string[]): Promise<ByteString> {
  const { directory } = context;
  const isRelative = operands.some((operand) => !operand.startsWith('/'));
  if (!isRelative || !isAtOrBelow(directory, ground.location.root)) return directory;
  return (await openPlace(context, 'read', flags)).repo.realdir;
}

/** A name that was never recorded is rather a mistake than a path without a history; null for other paths. */
export function neverRecorded(parts: readonly Part[], histories: Histories): FsoError | null {
  const [part] = parts;
  if (part === undefined || parts.length > 1 || part.path === '') return null;
  const { history } = histories.of(part.repo);
  if (history.hasRecorded(part.path)) return null;
  const near = safePath(pathOfPart({ repo: part.repo, path: history.nearestRecorded(part.path) }));
  return new FsoError(`${safePath(pathOfPart(part))}: was never recorded; the nearest path that was is ${near}`);
}

/** A time that was typed, in seconds since 1970; infinite for now, where none was. @throws UsageError if it is no date */
export async function timeOf(parts: readonly Part[], text: string | undefined): Promise<number> {
  const [first] = parts;
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (first === undefined) throw new FsoError('there is no shadow repo to ask');
  return secondsOf(first.repo.gitDir, text);
}
