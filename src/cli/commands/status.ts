import type { Command } from 'commander';
import { statusOfStat } from '../../facets/status.js';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText } from '../../util/byte-string.js';
import type { CliContext } from '../context.js';
import { openShadowRepo } from '../context.js';
import { describeUse } from '../help.js';
import { reportProblems } from '../render/facet-text.js';
import { safePath } from '../render/safe-text.js';

/** `git-fso status`: what `stat` would record. */
export function registerStatus(program: Command, context: CliContext): void {
  const command = program
    .command('status')
    .summary('show what differs from the last record')
    .description('Lists paths that differ from the last record: ? new, M modified, D deleted; the path . is the toplevel.')
    .option('--stat', 'compare with master-stat, which is the default')
    .option('-z', 'end entries with NUL instead of a newline')
    .action(async (flags: { readonly z?: boolean }) => {
      const { entries, result } = await statusOfStat(openShadowRepo(context), { signal: context.signal });
      const end = flags.z === true ? '\0' : '\n';
      // Programs get names as they are; a terminal must not be talked to by them.
      const shown = (path: ByteString): ByteString =>
        context.stdout.isTTY && flags.z !== true ? bytesOfText(safePath(path)) : path;
      const text = entries.map(({ letter, path }) => `${letter} ${shown(path)}${end}`).join('');
      context.stdout.write(Buffer.from(text, 'latin1'));
      reportProblems(context, result);
    });
  describeUse(command, ['git-fso status', 'git-fso status -z | xargs -0 -n1 echo'], [0, 1, 2, 3]);
}
