import type { Command } from 'commander';
import type { LogEntry, LogOptions } from '../../history/changes/log.js';
import { logOf } from '../../history/changes/log.js';
import { movesInLog } from '../../history/changes/log-elsewhere.js';
import type { Part } from '../../history/places/parts.js';
import { pathOfPart } from '../../history/places/parts.js';
import { Histories } from '../../history/states/histories.js';
import { requireRecords } from '../../history/times/require-records.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import { bytesOfText } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, allParts, askedParts, neverRecorded, tellProblem, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { withPager } from '../pager.js';
import { jsonText } from '../render/json-text.js';
import { logJson } from '../render/log-json.js';
import { logLine } from '../render/log-text.js';
import { Palette } from '../render/palette.js';
import { LineWriter } from '../render/write-lines.js';

interface LogFlags extends PlaceFlags {
  readonly since?: string;
  readonly until?: string;
  readonly maxCount?: string;
  readonly moves: boolean;
  readonly json?: boolean;
}

function countFrom(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--max-count ${text}: not a number`);
}

/** What the log has; an entry at a time where moves do not matter. */
async function* entriesFor(
  context: CliContext,
  flags: LogFlags,
  parts: readonly Part[],
  options: LogOptions,
): AsyncGenerator<LogEntry> {
  const most = countFrom(flags.maxCount);
  if (flags.moves) {
    yield* movesInLog(parts, await allParts(context, flags, parts), { ...options, most });
    return;
  }
  let count = 0;
  for await (const entry of most === 0 ? [] : logOf(parts, options)) {
    yield entry;
    count += 1;
    if (count >= most) return;
  }
}

async function printLog(context: CliContext, flags: LogFlags, operands: readonly string[]): Promise<void> {
  const parts = await askedParts(context, flags, operands);
  const until = await timeOf(parts, flags.until);
  const since = flags.since === undefined ? Number.NEGATIVE_INFINITY : await timeOf(parts, flags.since);
  const histories = new Histories();
  const options: LogOptions = {
    since,
    until,
    histories,
    onProblem: (_realdir, error) => tellProblem(context, error),
    yieldTurn: yieldRegularly(context.signal),
    signal: context.signal,
  };
  const palette = Palette.for(context);
  const asked = parts.length === 1 && parts[0] !== undefined ? pathOfPart(parts[0]) : null;
  try {
    requireRecords(parts, until, histories);
    await withPager(context, flags.json !== true, async (stdout) => {
      const writer = new LineWriter(stdout, context.signal);
      let isEmpty = true;
      for await (const entry of entriesFor(context, flags, parts, options)) {
        isEmpty = false;
        const line = flags.json === true ? jsonText(logJson(entry)) : logLine(entry, palette, asked);
        if (!(await writer.write(bytesOfText(line)))) return;
      }
      await writer.flush();
      const mistake = isEmpty ? neverRecorded(parts, histories) : null;
      if (mistake !== null) throw mistake;
    });
  } finally {
    histories.close();
  }
}

/** `git-fso log`: what happened to paths. */
export function registerLog(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('log')
      .summary('tell what happened to a path, or to all, the newest first')
      .description(
        'Lists what was recorded of paths, the newest first: each state that a file had, with size, mtime and SHA-256; of a directory, ' +
          'what changed below it. A deletion and an addition with one checksum within seven days are a move (R), across repos, too.',
      )
      .argument('[path...]', 'files or directories, which may be gone')
      .option('--since <time>', 'only what was recorded after this time: 2026-10-01, "2 weeks ago" (all that Git takes as a date)')
      .option('--until <time>', 'only what was recorded by this time')
      .option('-n, --max-count <number>', 'so many at most')
      .option('--no-moves', 'list what has moved as deleted and added, which is faster')
      .option('--json', 'write one JSON object a line'),
  ).action((operands: string[], flags: LogFlags) => printLog(context, flags, operands));
  describeUse(command, ['git-fso log data/a.csv', "git-fso log --since '2 weeks ago' --json /projects/foo"], [0, 1, 2]);
}
