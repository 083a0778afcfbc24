import type { Command } from 'commander';
import { recordTos } from '../../facets/combined/record-tos.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso tos`: combines the facets path by path. */
export function registerTos(program: Command, context: CliContext): void {
  const command = program
    .command('tos')
    .summary('combine stat, sha and content, path by path')
    .description(
      'Combines master-stat, master-sha and master-content on master-tos as a tree of structs: each record at its ' +
        'path, with the suffix .__stat, .__sha or .__content. The real directory is not read. Commits if one of them ' +
        'has a new commit since the last run.',
    )
    .action(async () => {
      printFacetResult(context, 'tos', await recordTos(await openShadowRepo(context, 'write'), runOptionsOf(context, 'tos')));
    });
  describeUse(command, ['git-fso tos'], [0, 1, 2, 4]);
}
