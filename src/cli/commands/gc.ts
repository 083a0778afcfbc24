import type { Command } from 'commander';
import { collectGarbage } from '../../shadow/gc.js';
import { parseDuration } from '../../util/durations.js';
import type { CliContext } from '../context.js';
import { openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { formatBytes, formatCount } from '../render/quantities.js';

/** `git-fso gc`: compresses a shadow repo. */
export function registerGc(program: Command, context: CliContext): void {
  const command = program
    .command('gc')
    .summary('compress a shadow repo')
    .description(
      'Merges the objects of a shadow repo into one compressed pack, drops old ones\n' +
        'that nothing refers to, and removes what killed processes left. Gives way at\n' +
        'once to a command that waits to record something.',
    )
    .option('--expire <duration>', 'how long objects that nothing refers to are kept', parseDuration, parseDuration('14d'))
    .action(async ({ expire }: { readonly expire: number }) => {
      const options = { expireMs: expire, ...runOptionsOf(context, 'gc') };
      const { before, after, leftovers } = await collectGarbage(openShadowRepo(context), options);
      const was = `${formatBytes(before.bytes)}, ${formatCount(before.packs, 'pack')}, ${formatCount(before.loose, 'loose object')}`;
      const is = `${formatBytes(after.bytes)}, ${formatCount(after.packs, 'pack')}, ${formatCount(after.loose, 'loose object')}`;
      context.stdout.write(`${was} -> ${is}\n`);
      if (leftovers > 0) context.stdout.write(`removed ${formatCount(leftovers, 'file')} of killed processes\n`);
    });
  describeUse(command, ['git-fso gc', 'git-fso gc --expire 0'], [0, 1, 2, 4]);
}
