import type { Ground } from '../../history/places/ground.js';
import { pathOfPart } from '../../history/places/parts.js';
import { recordedPath } from '../../history/places/typed-path.js';
import { IndexDirectory } from '../../record-index/files/index-directory.js';
import { OpenIndex } from '../../record-index/tables/open-index.js';
import { updateIndex } from '../../record-index/update/update-index.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError, messageOf } from '../../util/errors.js';
import { safeText } from '../../util/text/safe-text.js';
import { formatDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import { groundOf, placesOf, tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { openPlace } from '../open-repo.js';
import { rfc3339 } from '../render/timestamp.js';

/** An index that takes longer to be brought up to date is asked as it is. */
const FRESHEN_MS = 5000;

/** How long an answer may take, unless somebody says otherwise. */
export const ANSWER_TIME = '5m';

/** Of what the index is. @throws FsoError where no shadow root is known */
export async function groundOfIndex(context: CliContext, flags: PlaceFlags): Promise<Ground> {
  const ground = await groundOf(context, flags);
  if (ground !== null) return ground;
  throw new FsoError('there is no shadow root to look in', { remedy: 'name one with --shadow, or a configuration with --config' });
}

/** The absolute paths that operands name; with `-C`, of that repo alone, even without operands. Empty for all. */
export async function placesIn(
  context: CliContext,
  ground: Ground,
  flags: PlaceFlags,
  operands: readonly string[],
): Promise<readonly ByteString[]> {
  if (!context.isDirectoryNamed) return (await placesOf(context, ground, flags, operands)).map((place) => ground.named(place));
  const { repo, path } = await openPlace(context, 'read', flags);
  if (operands.length === 0) return [repo.realdir];
  return operands.map((operand) => pathOfPart({ repo, path: recordedPath(repo, operand, path) }));
}

/** Opens the index, brought up to date if that takes a few seconds at most; else tells how old it is. */
export async function openFreshIndex(context: CliContext, ground: Ground, command: string): Promise<OpenIndex> {
  const reason = await freshen(context, ground, command);
  const index = await OpenIndex.open(ground.location.root, command);
  if (reason !== null) {
    const { updatedAt } = index.manifest;
    context.stderr.write(`the index is of ${rfc3339(Math.floor(updatedAt / 1000))}: ${safeText(reason)}\n`);
  }
  return index;
}

/** Why it is not up to date; null if it is. */
async function freshen(context: CliContext, ground: Ground, command: string): Promise<string | null> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(FRESHEN_MS)]);
  try {
    await updateIndex(ground, {
      command, waitMs: 0, signal, yieldTurn: yieldRegularly(signal), onProblem: (_realdir, error) => tellProblem(context, error),
    });
    return null;
  } catch (error) {
    context.signal.throwIfAborted();
    const hasIndex = new IndexDirectory(ground.location.root).manifest() !== null;
    if (!hasIndex && !signal.aborted) throw error;
    if (signal.aborted) return `to bring it up to date takes longer than ${formatDuration(FRESHEN_MS)}; \`git-fso index\` does it`;
    if (error instanceof FsoError || errnoOf(error) !== undefined) return messageOf(error);
    throw error;
  }
}
