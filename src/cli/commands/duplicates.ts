import type { Command } from 'commander';
import { findDuplicates } from '../../record-index/tables/find-duplicates.js';
import { bytesOfText } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safePath } from '../../util/text/safe-text.js';
import { parseDuration } from '../../util/time/durations.js';
import { parseSize } from '../../config/values/sizes.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { ANSWER_TIME, groundOfIndex, openFreshIndex, placesIn } from '../index/asked-index.js';
import { withPager } from '../pager.js';
import { jsonText } from '../render/json-text.js';
import { jsonPath } from '../render/json-values.js';
import { formatCount } from '../../util/text/quantities.js';
import { LineWriter } from '../render/write-lines.js';

interface DuplicatesFlags extends PlaceFlags {
  readonly minSize: string;
  readonly json?: boolean;
}

async function printDuplicates(context: CliContext, operands: readonly string[], flags: DuplicatesFlags): Promise<void> {
  const minSize = BigInt(parseSize(flags.minSize));
  const ground = await groundOfIndex(context, flags);
  const places = await placesIn(context, ground, flags, operands);
  const index = await openFreshIndex(context, ground, 'git-fso duplicates');
  const isJson = flags.json === true;
  try {
    await withPager(context, !isJson, async (stdout) => {
      const writer = new LineWriter(stdout, context.signal);
      let [groups, files, waste] = [0, 0, 0n];
      const limits = { timeoutMs: parseDuration(ANSWER_TIME), signal: context.signal };
      for await (const group of findDuplicates(index, places, minSize, limits)) {
        groups += 1;
        files += group.paths.length;
        waste += group.waste;
        if (isJson) {
          const { sha256, size, copies, paths } = group;
          const line = jsonText({ sha256, size, copies, waste: group.waste, paths: paths.map((path) => jsonPath('path', path)) });
          if (!(await writer.write(line))) return;
          continue;
        }
        const copies = `${group.copies} × ${formatBytes(group.size)}`;
        const head = `${formatBytes(group.waste)} wasted: ${copies}, sha256 ${group.sha256.slice(0, 12)}`;
        for (const line of [head, ...group.paths.map((path): ByteString => `  ${safePath(path)}`)]) {
          if (!(await writer.write(bytesOfText(line)))) return;
        }
      }
      if (isJson) await writer.write(jsonText({ type: 'total', groups, paths: files, waste }));
      else await writer.write(`${formatBytes(waste)} wasted in ${formatCount(groups, 'group')}, ${formatCount(files, 'path')}`);
      await writer.flush();
    });
  } finally {
    index.close();
  }
}

/** `git-fso duplicates`: files with the same content. */
export function registerDuplicates(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('duplicates')
      .summary('list files with the same content, over all repos')
      .description(
        'Lists groups of recorded files with the same SHA-256, those that waste most first. Nothing is read but records, so what has ' +
          'changed since `sha` has run is not compared. Hard links are one file.',
      )
      .argument('[path...]', 'only at and below these')
      .option('--min-size <size>', 'only files of at least this size, such as 100k, 1m', '1m')
      .option('--json', 'write one JSON object a line, the last one with totals'),
  ).action((operands: string[], flags: DuplicatesFlags) => printDuplicates(context, operands, flags));
  describeUse(command, ['git-fso duplicates', 'git-fso duplicates --min-size 1g --json /projects'], [0, 1, 2], {
    1: 'there is no DuckDB, the index cannot be made, or a repo cannot be read',
  });
}
