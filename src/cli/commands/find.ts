import type { Command } from 'commander';
import { Option } from 'commander';
import { secondsOf } from '../../history/times/date.js';
import type { FoundPath, Wanted } from '../../record-index/tables/find-paths.js';
import { findPaths } from '../../record-index/tables/find-paths.js';
import type { RowKind } from '../../record-index/tables/stored-rows.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import { safeBytes } from '../../util/text/safe-text.js';
import { parseDuration } from '../../util/time/durations.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { ANSWER_TIME, groundOfIndex, openFreshIndex, placesIn } from '../index/asked-index.js';
import { ageFrom, sizeRange } from '../options/find-options.js';
import { positiveInteger } from '../options/positive-integer.js';
import { withPager } from '../pager.js';
import { jsonText } from '../render/json-text.js';
import { jsonPath } from '../render/json-values.js';
import { LineWriter } from '../render/write-lines.js';

const KINDS: Readonly<Record<'f' | 'l' | 'summary', readonly RowKind[]>> = {
  f: ['file'], l: ['link'], summary: ['bundle', 'submodule', 'toplevel'],
};
const SORTS = ['size', 'mtime', 'path'] as const;
const SHA256 = /^[0-9a-f]{64}$/i;

interface FindFlags extends PlaceFlags {
  readonly name?: readonly string[];
  readonly iname?: readonly string[];
  readonly type?: keyof typeof KINDS;
  readonly size?: readonly string[];
  readonly olderThan?: string;
  readonly newerThan?: string;
  readonly sha256?: string;
  readonly at?: string;
  readonly sort: Wanted['sort'];
  readonly limit?: number;
  readonly z?: boolean;
  readonly json?: boolean;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** @param seconds since 1970 that it is asked about; infinite for now */
function wantedFrom(flags: FindFlags, places: readonly ByteString[], seconds: number): Wanted {
  const { name = [], iname = [], type, size = [], olderThan, newerThan, sha256, sort, limit } = flags;
  if (sha256 !== undefined && !SHA256.test(sha256)) throw new UsageError(`--sha256 ${sha256}: not 64 hexadecimal digits`);
  const names = [
    ...name.map((glob) => ({ glob: bytesOfText(glob), ignoresCase: false })),
    ...iname.map((glob) => ({ glob: bytesOfText(glob), ignoresCase: true })),
  ];
  const now = Number.isFinite(seconds) ? seconds : Date.now() / 1000;
  const sizes = size.map(sizeRange);
  const [from, to] = [sizes.flatMap((each) => each.from ?? []), sizes.flatMap((each) => each.to ?? [])];
  return {
    places, seconds, names, sort, limit,
    kinds: type === undefined ? [...KINDS.f, ...KINDS.l] : KINDS[type],
    sizeFrom: from.toSorted((a, b) => Number(b - a))[0],
    sizeTo: to.toSorted((a, b) => Number(a - b))[0],
    mtimeFrom: newerThan === undefined ? undefined : now - ageFrom(newerThan),
    mtimeTo: olderThan === undefined ? undefined : now - ageFrom(olderThan),
    sha256: sha256?.toLowerCase(),
  };
}

function jsonOf({ path, kind, size, mtime, sha256, repo }: FoundPath): string {
  return jsonText({ ...jsonPath('path', path), kind, size, mtime, sha256, repo });
}

async function printFound(context: CliContext, operands: readonly string[], flags: FindFlags): Promise<void> {
  const ground = await groundOfIndex(context, flags);
  const places = await placesIn(context, ground, flags, operands);
  const index = await openFreshIndex(context, ground, 'git-fso find');
  try {
    const [any] = index.manifest.repos;
    if (any === undefined) throw new FsoError('there is no shadow repo to ask');
    const seconds = flags.at === undefined ? Number.POSITIVE_INFINITY : await secondsOf(`${any.shadow}/.git`, flags.at);
    const wanted = wantedFrom(flags, places, seconds);
    const isForPeople = flags.json !== true && flags.z !== true;
    await withPager(context, isForPeople, async (stdout) => {
      const writer = new LineWriter(stdout, context.signal, flags.z === true ? '\0' : '\n');
      for await (const piece of findPaths(index, wanted, { timeoutMs: parseDuration(ANSWER_TIME), signal: context.signal })) {
        for (const found of piece) {
          const line = flags.json === true ? bytesOfText(jsonOf(found)) : flags.z === true ? found.path : safeBytes(found.path);
          const isRead = writer.write(line);
          if (isRead !== true && !(await isRead)) return;
        }
      }
      await writer.flush();
    });
  } finally {
    index.close();
  }
}

/** `git-fso find`: recorded paths of all repos, at any time. */
export function registerFind(program: Command, context: CliContext): void {
  const command = addPlaceOptions(
    program
      .command('find')
      .summary('find recorded files by name, size, age or checksum, over all repos, at any time')
      .description(
        'Lists recorded files and links for which all that is asked is true, without a look at the real directories. What is below a ' +
          'bundle or in an ignored directory is not recorded one by one, and not found.',
      )
      .argument('[path...]', 'only at and below these, which may be gone')
      .option('--name <glob>', 'its last name fits a glob, such as *.tif; of several, one', collect)
      .option('--iname <glob>', 'the same, whether letters are capital or not', collect)
      .addOption(new Option('--type <type>', 'files, links, or sums of what is not recorded one by one').choices(Object.keys(KINDS)))
      .option('--size <size>', '+1g: larger; -10m: smaller; 4k: of so many, rounded up; a plain number is bytes, k is 1024', collect)
      .option('--older-than <duration>', 'not modified since then: 2y, 90d, 12h')
      .option('--newer-than <duration>', 'modified since then')
      .option('--sha256 <digits>', 'with this checksum')
      .option('--at <time>', 'as recorded at this time: 2026-10-01, "2 weeks ago" (all that Git takes as a date)')
      .addOption(new Option('--sort <key>', 'by size or mtime, the largest first, or by path').choices(SORTS).default('path'))
      .option('--limit <number>', 'so many at most', positiveInteger)
      .option('-z', 'end lines with NUL instead of a newline, and do not escape names')
      .addOption(new Option('--json', 'write one JSON object a line').conflicts(['z'])),
  ).action((operands: string[], flags: FindFlags) => printFound(context, operands, flags));
  const examples = [
    "git-fso find --name '*.fastq' --size +10g --older-than 2y",
    "git-fso find --iname 'readme*' --at 'last month' /projects/foo",
    'git-fso find --sort size --limit 20',
  ];
  describeUse(command, examples, [0, 1, 2], { 1: 'there is no DuckDB, the index cannot be made, or a repo cannot be read' });
}
