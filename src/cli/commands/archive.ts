import type { Command } from 'commander';
import { recordArchive } from '../../facets/archive/record-archive.js';
import { acceptEmptyOption } from '../options/accept-empty.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { refreshIndexOption } from '../options/refresh-index.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso archive`: records an archive placeholder. */
export function registerArchive(program: Command, context: CliContext): void {
  const command = program
    .command('archive')
    .summary('record the full content of an archive placeholder')
    .description(
      'Records the content of a directory whose data was moved to an archive on master-archive. Refused unless ' +
        'the directory is immutable (chattr +i) and stat has recorded it as it is now. Nogbundles are ' +
        'recorded file by file, nested repositories as gitlinks; .git* and .nog* are left out.',
    )
    .addOption(refreshIndexOption())
    .addOption(acceptEmptyOption())
    .action(async ({ acceptEmpty }: { readonly acceptEmpty?: boolean }) => {
      const options = { ...runOptionsOf(context, 'archive'), acceptEmpty: acceptEmpty === true };
      printFacetResult(context, 'archive', await recordArchive(await openShadowRepo(context, 'write'), options));
    });
  describeUse(command, ['git-fso stat && git-fso archive'], [0, 1, 2, 3, 4]);
}
