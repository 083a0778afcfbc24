import type { Command } from 'commander';
import type { ListedItem } from '../../history/listing/list-parts.js';
import { listParts } from '../../history/listing/list-parts.js';
import type { OnProblem } from '../../history/places/ground.js';
import type { Sums } from '../../history/states/checksums.js';
import { requireRecords } from '../../history/times/require-records.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { PlaceFlags } from '../asked-parts.js';
import { addPlaceOptions, askedParts, tellFailure, tellProblem, tellUnrecorded, timeOf } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { namedPlaces } from '../named-places.js';
import { checksumLine, plainLine } from '../render/checksum-line.js';
import { formatNumber } from '../../util/text/quantities.js';
import { LineWriter } from '../render/write-lines.js';

interface ChecksumFlags extends PlaceFlags {
  readonly at?: string;
  readonly z?: boolean;
}

/** Files of which no checksum is listed, and one of the names that stand for them. */
class Missing {
  #files = 0n;
  #first: ByteString | null = null;

  add({ files }: Pick<ListedItem, 'files'>, name: ByteString): void {
    if (BigInt(files) === 0n) return;
    this.#files += BigInt(files);
    this.#first ??= name;
  }

  /** @param what is the matter with more than one of them, and with one */
  tell(context: CliContext, many: string, one: string, remedy: string): void {
    if (this.#first === null) return;
    const text = this.#files === 1n ? `1 file ${one}: ` : `${formatNumber(this.#files)} files ${many}, such as `;
    tellFailure(context, new FsoError(text + textOfBytes(this.#first), { remedy }));
  }
}

async function writeSums(context: CliContext, flags: ChecksumFlags, operands: readonly string[], algorithm: keyof Sums): Promise<void> {
  const parts = await askedParts(context, flags, operands);
  const seconds = await timeOf(parts, flags.at);
  requireRecords(parts, seconds);
  const places = await namedPlaces(context, flags, operands);
  const [unhashed, summed] = [new Missing(), new Missing()];
  const format = flags.z === true ? plainLine : checksumLine;
  const writer = new LineWriter(context.stdout, context.signal, flags.z === true ? '\0' : '\n');
  const onProblem: OnProblem = (_realdir, error) => tellProblem(context, error);
  for await (const items of listParts(parts, { sums: true, seconds, onProblem })) {
    for (const item of items) {
      const name = places.nameOf(item.path);
      const sum = item.sums?.[algorithm];
      if (sum === undefined) {
        if (item.kind === 'file') unhashed.add(item, name);
        if (item.kind === 'summary') summed.add(item, name);
        continue;
      }
      const isRead = writer.write(format(sum, name));
      if (isRead !== true && !(await isRead)) return;
    }
  }
  await writer.flush();
  const now = 'run `git-fso rescan --facets stat,sha` for it, which reads what has changed since it was hashed';
  const then = 'what was not hashed as it was then cannot be hashed any more; another --at may do';
  const remedy = flags.at === undefined ? now : then;
  unhashed.tell(context, 'have no checksum of what was recorded last', 'has no checksum of what was recorded last', remedy);
  const way = '`git-fso reinit --enter-subdirs`, or the stub of the shadow repo, has them recorded one by one from now on';
  summed.tell(context, 'are recorded as a sum only', 'is recorded as a sum only', way);
  for (const path of places.unseen) await tellUnrecorded(context, parts, path, seconds);
}

function register(program: Command, context: CliContext, algorithm: keyof Sums): void {
  const name = `${algorithm}sum`;
  const command = addPlaceOptions(
    program
      .command(name)
      .summary(`list SHA-${algorithm.slice(3)} checksums in the format of ${name}`)
      .description(
        `Lists the recorded SHA-${algorithm.slice(3)} checksums of all files at and below the paths, or of all repos of the ` +
          `configuration, in the format of ${name}, so that \`${name} -c\` checks them. Only checksums of files as they were recorded ` +
          'then: files of which none is known are counted on standard error. Symbolic links are not listed.',
      )
      .argument('[path...]', 'files or directories, which may be gone')
      .option('--at <time>', 'as recorded at this time: 2026-10-01, "2 weeks ago" (all that Git takes as a date)')
      .option('-z', 'end lines with NUL instead of a newline, and do not escape names'),
  ).action((operands: string[], flags: ChecksumFlags) => writeSums(context, flags, operands, algorithm));
  const examples = [`git-fso ${name} . | ${name} -c --quiet`, `git-fso ${name} --at 'last week' /projects/foo`];
  describeUse(command, examples, [0, 1, 2], { 1: `some files have no checksum that is known, or a repo cannot be read` });
}

/** `git-fso sha256sum`: recorded checksums for sha256sum(1). */
export function registerSha256sum(program: Command, context: CliContext): void {
  register(program, context, 'sha256');
}

/** `git-fso sha1sum`: recorded checksums for sha1sum(1). */
export function registerSha1sum(program: Command, context: CliContext): void {
  register(program, context, 'sha1');
}
