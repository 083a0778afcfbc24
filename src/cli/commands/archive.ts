import type { Command } from 'commander';
import { recordArchive } from '../../facets/archive.js';
import type { CliContext } from '../context.js';
import { openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso archive`: records an archive placeholder. */
export function registerArchive(program: Command, context: CliContext): void {
  const command = program
    .command('archive')
    .summary('record the full content of an archive placeholder')
    .description(
      'Records the content of a directory whose data was moved to an archive on master-archive. Refused unless\n' +
        'the directory is immutable (chattr +i) and stat has recorded it as it is now. Nested\n' +
        'repositories and nogbundles are recorded file by file; .git* and .nog* are left out.',
    )
    .action(async () => {
      printFacetResult(context, 'archive', await recordArchive(openShadowRepo(context), runOptionsOf(context, 'archive')));
    });
  describeUse(command, ['git-fso stat && git-fso archive'], [0, 1, 2, 3, 4]);
}
