import type { Command } from 'commander';
import { handBack } from '../../takeover/handback.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { reportProblems } from '../render/facet-text.js';
import { formatCount } from '../../util/text/quantities.js';
import { safePath } from '../../util/text/safe-text.js';

/** `git-fso handback`: lets git-fso 0.1.0 go on with a shadow repo. */
export function registerHandback(program: Command, context: CliContext): void {
  const command = program
    .command('handback')
    .summary('give a shadow repo back to git-fso 0.1.0')
    .description(
      'Gives a shadow repo that git-fso 0.1.0 made back to it: writes the index files that it works with, so that it ' +
        'goes on from what was recorded here and need not hash files again, and lets it work on the repo. The next ' +
        'command that records something here takes the repo over again.',
    )
    .option('--force', 'write the index files although git-fso 0.1.0 has not made the repo')
    .action(async ({ force }: { readonly force?: boolean }) => {
      const repo = await openShadowRepo(context, 'write');
      const { indexes, warnings } = await handBack(repo, { ...runOptionsOf(context, 'handback'), ...(force !== undefined && { force }) });
      for (const { facet, paths, known } of indexes) {
        const unread = known === 0 ? '' : `, ${formatCount(known, 'file')} known to be unchanged`;
        context.stdout.write(`index-${facet}: ${formatCount(paths, 'path')}${unread}\n`);
      }
      reportProblems(context, { warnings, problems: [] });
      const what = indexes.length === 0 ? 'git-fso 0.1.0 can work on it; nothing was recorded here' : 'git-fso 0.1.0 can go on with it';
      context.stdout.write(`${safePath(repo.directory)}: ${what}\n`);
    });
  describeUse(command, ['git-fso -C /shadow/projects/foo/*.fso handback'], [0, 1, 2, 4]);
}
