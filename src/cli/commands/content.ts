import type { Command } from 'commander';
import { recordContent } from '../../facets/content.js';
import type { CliContext } from '../context.js';
import { openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso content`: records what people read. */
export function registerContent(program: Command, context: CliContext): void {
  const command = program
    .command('content')
    .summary('record the content of selected files')
    .description(
      'Records the content of the toplevel README.md, and of every path that is on master-content already,\n' +
        'as Git would store it, on master-content. Commits if something changed.',
    )
    .action(async () => {
      printFacetResult(context, 'content', await recordContent(openShadowRepo(context), runOptionsOf(context, 'content')));
    });
  describeUse(command, ['git-fso content'], [0, 1, 2, 3, 4]);
}
