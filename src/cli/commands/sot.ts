import type { Command } from 'commander';
import { recordSot } from '../../facets/combined/record-sot.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso sot`: combines the facets side by side. */
export function registerSot(program: Command, context: CliContext): void {
  const command = program
    .command('sot')
    .summary('combine stat, sha and content, side by side')
    .description(
      'Combines master-stat, master-sha and master-content on master-sot as a struct of trees: one directory for ' +
        'each. The real directory is not read. Commits if one of them has a new commit since the last run.',
    )
    .action(async () => {
      printFacetResult(context, 'sot', await recordSot(await openShadowRepo(context, 'write'), runOptionsOf(context, 'sot')));
    });
  describeUse(command, ['git-fso sot'], [0, 1, 2, 4]);
}
