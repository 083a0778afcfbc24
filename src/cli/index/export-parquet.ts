import { secondsOf } from '../../history/times/date.js';
import { copyRows } from '../../record-index/tables/copy-parquet.js';
import { rowsAt } from '../../record-index/tables/recorded-rows.js';
import { FsoError } from '../../util/errors.js';
import { parseDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { ANSWER_TIME, groundOfIndex, openFreshIndex, placesIn } from './asked-index.js';
import { writeFileTo } from './write-parquet.js';

/** Writes what was recorded at a time as a Parquet file to standard output. */
export async function exportParquet(
  context: CliContext,
  operand: string | undefined,
  flags: PlaceFlags & { readonly at?: string },
): Promise<void> {
  const ground = await groundOfIndex(context, flags);
  const places = await placesIn(context, ground, flags, operand === undefined ? [] : [operand]);
  const index = await openFreshIndex(context, ground, 'git-fso export parquet');
  try {
    const [any] = index.manifest.repos;
    if (any === undefined) throw new FsoError('there is no shadow repo to ask');
    const seconds = flags.at === undefined ? Number.POSITIVE_INFINITY : await secondsOf(`${any.shadow}/.git`, flags.at);
    const limits = { timeoutMs: parseDuration(ANSWER_TIME), signal: context.signal };
    await copyRows(index, rowsAt(seconds, places), limits, (path) => writeFileTo(context, path));
  } finally {
    index.close();
  }
}
