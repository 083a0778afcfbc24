import type { Command } from 'commander';
import { statusOfStat } from '../../facets/stat/status.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { reportProblems } from '../render/facet-text.js';
import { safePath } from '../../util/text/safe-text.js';

/** `git-fso status`: what `stat` would record. */
export function registerStatus(program: Command, context: CliContext): void {
  const command = program
    .command('status')
    .summary('show what differs from the last record')
    .description('Lists paths that differ from the last record: ? new, M modified, D deleted; the path . is the toplevel.')
    .option('--stat', 'compare with master-stat, which is the default')
    .option('-z', 'end entries with NUL instead of a newline, and do not escape names')
    .action(async (flags: { readonly z?: boolean }) => {
      const { entries, result } = await statusOfStat(await openShadowRepo(context, 'read'), { signal: context.signal });
      if (flags.z === true) context.stdout.write(Buffer.from(entries.map(({ letter, path }) => `${letter} ${path}\0`).join(''), 'latin1'));
      else context.stdout.write(entries.map(({ letter, path }) => `${letter} ${safePath(path)}\n`).join(''));
      reportProblems(context, result);
    });
  describeUse(command, ['git-fso status', 'git-fso status -z | xargs -0 -n1 echo'], [0, 1, 2, 3]);
}
