import type { Command } from 'commander';
import { Argument } from 'commander';
import { listParts } from '../../history/listing/list-parts.js';
import type { OnProblem } from '../../history/places/ground.js';
import type { Part } from '../../history/places/parts.js';
import { pathOfPart } from '../../history/places/parts.js';
import { requireRecords } from '../../history/times/require-records.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, isAtOrBelow } from '../../util/byte-string.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, askedParts, tellProblem, tellUnrecorded, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { namedPlaces } from '../named-places.js';
import { CSV } from '../render/export/csv.js';
import type { ExportFormat } from '../render/export/export-format.js';
import { NcduFormat } from '../render/export/ncdu.js';
import { NDJSON } from '../render/export/ndjson.js';
import { LineWriter } from '../render/write-lines.js';
import { packageVersion } from '../version.js';

const FORMATS = ['ncdu', 'csv', 'ndjson', 'parquet'] as const;
type FormatName = Exclude<(typeof FORMATS)[number], 'parquet'>;

interface ExportFlags extends PlaceFlags {
  readonly at?: string;
}

function formatOf(name: FormatName, root: ByteString, seconds: number): ExportFormat {
  if (name === 'ncdu') return new NcduFormat(root, { version: packageVersion(), seconds });
  return name === 'csv' ? CSV : NDJSON;
}

/** The directory that all parts are at or below. */
function commonDirectory(parts: readonly Part[]): ByteString {
  return parts.map(pathOfPart).reduce((common, path) => {
    let at = common;
    while (!isAtOrBelow(path, at)) at = directoryOf(at);
    return at;
  });
}

/** `git-fso export`: the tree of any date for other programs. */
export function registerExport(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('export')
      .summary('write the recorded tree, of now or of any date, for other programs')
      .description(
        'Writes all that was recorded at and below a path, or in all repos of the configuration: ncdu, for `ncdu -f` and `gdu -f`; ' +
          'csv, for spreadsheets and databases; ndjson, one JSON object a line; parquet, the table `files` of `git-fso query --schema`, ' +
          'from the index. Sizes of the others add up to what was there in all: what is ' +
          'recorded as a sum only, or not at all, has an entry with what is missing.',
      )
      .addArgument(new Argument('<format>', 'what to write').choices(FORMATS))
      .argument('[path]', 'a file or directory, which may be gone')
      .option('--at <time>', 'as recorded at this time: 2026-10-01, "2 weeks ago" (all that Git takes as a date)'),
  ).action(async (name: (typeof FORMATS)[number], operand: string | undefined, flags: ExportFlags) => {
    if (name === 'parquet') return (await import('../index/export-parquet.js')).exportParquet(context, operand, flags);
    const operands = operand === undefined ? [] : [operand];
    const parts = await askedParts(context, flags, operands);
    const at = await timeOf(parts, flags.at);
    requireRecords(parts, at);
    const [place] = (await namedPlaces(context, flags, operands)).paths;
    const seconds = Number.isFinite(at) ? at : Date.now() / 1000;
    const format = formatOf(name, place ?? commonDirectory(parts), seconds);
    const writer = new LineWriter(context.stdout, context.signal, '');
    let isEmpty = true;
    await writer.write(format.begin());
    const onProblem: OnProblem = (_realdir, error) => tellProblem(context, error);
    for await (const items of listParts(parts, { ...format.wanted, seconds: at, onProblem })) {
      for (const item of items) {
        isEmpty = false;
        const isRead = writer.write(format.item(item));
        if (isRead !== true && !(await isRead)) return;
      }
    }
    await writer.write(format.finish());
    await writer.flush();
    if (isEmpty && place !== undefined) await tellUnrecorded(context, parts, place, at);
  });
  const examples = [
    'git-fso export ncdu /projects/foo | ncdu -f-',
    "git-fso export csv --at '2026-10-01' >october.csv",
    'git-fso export ndjson . | jq -s \'map(.size) | add\'',
  ];
  describeUse(command, examples, [0, 1, 2], { 1: 'a repo cannot be read; the others are written' });
}
