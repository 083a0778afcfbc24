import type { Command } from 'commander';
import type { Change } from '../../history/changes/compare-parts.js';
import { compareParts } from '../../history/changes/compare-parts.js';
import { directoryMoves } from '../../history/changes/directory-moves.js';
import { ChangeTally, totalsByDirectory } from '../../history/changes/totals.js';
import { Histories } from '../../history/states/histories.js';
import { requireRecords } from '../../history/times/require-records.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import { safePath } from '../../util/text/safe-text.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, askedParts, tellProblem, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { withPager } from '../pager.js';
import { changeJson, totalsJson } from '../render/change-json.js';
import { changeLine, firstLines, movedDirectoryLine, totalsText } from '../render/change-text.js';
import { jsonText } from '../render/json-text.js';
import { jsonPath } from '../render/json-values.js';
import { Palette } from '../render/palette.js';
import { writeLines } from '../render/write-lines.js';

interface DiffFlags extends PlaceFlags {
  readonly since: string;
  readonly until?: string;
  readonly moves: boolean;
  readonly stat?: boolean;
  readonly json?: boolean;
}

function* jsonLines(changes: readonly Change[], isStat: boolean): Generator<ByteString> {
  const tally = new ChangeTally();
  for (const change of changes) {
    tally.add(change);
    if (!isStat) yield bytesOfText(jsonText(changeJson(change)));
  }
  for (const [directory, totals] of isStat ? totalsByDirectory(changes) : []) {
    yield bytesOfText(jsonText({ type: 'directory', ...jsonPath('path', directory), ...totalsJson(totals) }));
  }
  yield bytesOfText(jsonText({ type: 'total', ...totalsJson(tally.totals) }));
}

function* textLines(changes: readonly Change[], palette: Palette, until: number, histories: Histories): Generator<ByteString> {
  const tally = new ChangeTally();
  for (const change of changes) tally.add(change);
  const isFirst = ({ change, first }: Change): boolean => change === 'added' && first;
  const { others, directories } = directoryMoves(changes.filter((change) => !isFirst(change)), until, histories);
  for (const change of others) yield bytesOfText(changeLine(change, palette));
  for (const directory of directories) yield bytesOfText(movedDirectoryLine(directory, palette));
  yield* firstLines(changes.filter(isFirst), palette).map(bytesOfText);
  yield bytesOfText(totalsText(tally.totals));
}

function* statLines(changes: readonly Change[]): Generator<ByteString> {
  const tally = new ChangeTally();
  for (const change of changes) tally.add(change);
  for (const [directory, totals] of totalsByDirectory(changes)) yield bytesOfText(`${safePath(directory)}: ${totalsText(totals)}`);
  yield bytesOfText(totalsText(tally.totals));
}

async function printDiff(context: CliContext, flags: DiffFlags, operands: readonly string[]): Promise<void> {
  const parts = await askedParts(context, flags, operands);
  const [since, until] = [await timeOf(parts, flags.since), await timeOf(parts, flags.until)];
  const histories = new Histories();
  try {
    requireRecords(parts, since, histories);
    const changes = await compareParts(parts, {
      since,
      until,
      wantsSums: flags.json === true && flags.stat !== true,
      findsMoves: flags.moves,
      histories,
      onProblem: (_realdir, error) => tellProblem(context, error),
      yieldTurn: yieldRegularly(context.signal),
    });
    const palette = Palette.for(context);
    const lines =
      flags.json === true ? jsonLines(changes, flags.stat === true)
      : flags.stat === true ? statLines(changes)
      : textLines(changes, palette, until, histories);
    await withPager(context, flags.json !== true, (stdout) => writeLines({ stdout, signal: context.signal }, lines));
  } finally {
    histories.close();
  }
}

/** `git-fso diff`: what changed between two times. */
export function registerDiff(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('diff')
      .summary('tell what changed between two times, over all repos')
      .description(
        'Lists what was added (A), modified (M), deleted (D) and moved (R) between two times: below the paths, or in all repos of the ' +
          'configuration. Moved is what is gone and has the same checksum elsewhere, in other repos, too; without a checksum, the same ' +
          'size, mtime and name. What the first record of a repo holds is newly observed, and counted apart.',
      )
      .argument('[path...]', 'files or directories, which may be gone')
      .requiredOption('--since <time>', '2026-10-01, yesterday, "2 weeks ago" (all that Git takes as a date)')
      .option('--until <time>', 'another time (default: now)')
      .option('--stat', 'totals for each directory instead of single paths')
      .option('--no-moves', 'list what has moved as deleted and added')
      .option('--json', 'write one JSON object a line, the last one with totals'),
  ).action((operands: string[], flags: DiffFlags) => printDiff(context, flags, operands));
  const examples = [
    'git-fso diff --since yesterday',
    "git-fso diff --since '2 weeks ago' --stat",
    'git-fso diff --since 2026-10-01 --json data',
  ];
  describeUse(command, examples, [0, 1, 2]);
}
