import type { Command } from 'commander';
import { Option } from 'commander';
import { collectGarbage } from '../../shadow/gc/collect-garbage.js';
import { parseDuration } from '../../util/time/durations.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { formatCount } from '../../util/text/quantities.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { DEFAULTS } from '../../defaults.js';

/** `git-fso gc`: compresses a shadow repo. */
export function registerGc(program: Command, context: CliContext): void {
  const command = program
    .command('gc')
    .summary('compress a shadow repo')
    .description(
      'Merges the objects of a shadow repo into one compressed pack, drops old ones ' +
        'that nothing refers to, and removes what killed processes left. Gives way at ' +
        'once to a command that waits to record something.',
    )
    .addOption(
      new Option('--expire <duration>', 'how long objects that nothing refers to are kept')
        .argParser(parseDuration)
        .default(parseDuration(DEFAULTS.gc.expire), DEFAULTS.gc.expire),
    )
    .action(async ({ expire }: { readonly expire: number }) => {
      const options = { expireMs: expire, ...runOptionsOf(context, 'gc') };
      const { before, after, leftovers } = await collectGarbage(await openShadowRepo(context, 'write'), options);
      const was = `${formatBytes(before.bytes)}, ${formatCount(before.packs, 'pack')}, ${formatCount(before.loose, 'loose object')}`;
      const is = `${formatBytes(after.bytes)}, ${formatCount(after.packs, 'pack')}, ${formatCount(after.loose, 'loose object')}`;
      context.stdout.write(`${was} -> ${is}\n`);
      if (leftovers > 0) context.stdout.write(`removed ${formatCount(leftovers, 'file')} of killed processes\n`);
    });
  describeUse(command, ['git-fso gc', 'git-fso gc --expire 0'], [0, 1, 2, 4]);
}
