import type { Command } from 'commander';
import { recordContent } from '../../facets/content/content.js';
import { acceptEmptyOption } from '../options/accept-empty.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso content`: records what people read. */
export function registerContent(program: Command, context: CliContext): void {
  const command = program
    .command('content')
    .summary('record the content of selected files')
    .description(
      'Records the content of the toplevel README.md, and of every path that is on master-content already, ' +
        'as Git would store it, on master-content. Commits if something changed.',
    )
    .addOption(acceptEmptyOption())
    .action(async ({ acceptEmpty }: { readonly acceptEmpty?: boolean }) => {
      const options = { ...runOptionsOf(context, 'content'), acceptEmpty: acceptEmpty === true };
      printFacetResult(context, 'content', await recordContent(await openShadowRepo(context, 'write'), options));
    });
  describeUse(command, ['git-fso content'], [0, 1, 2, 3, 4]);
}
