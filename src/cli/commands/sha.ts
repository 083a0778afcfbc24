import type { Command } from 'commander';
import { Option } from 'commander';
import { recordSha } from '../../facets/sha.js';
import type { CliContext } from '../context.js';
import { openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { printFacetResult } from '../render/facet-text.js';

/** `git-fso sha`: records checksums. */
export function registerSha(program: Command, context: CliContext): void {
  const command = program
    .command('sha')
    .summary('record checksums')
    .description('Records SHA-1 and SHA-256 of files on master-sha. Reads only files that changed since they were hashed.')
    .addOption(new Option('--refresh-index', 'accepted for compatibility; there is no index').hideHelp())
    .action(async () => {
      printFacetResult(context, 'sha', await recordSha(openShadowRepo(context), runOptionsOf(context, 'sha')));
    });
  describeUse(command, ['git-fso sha'], [0, 1, 2, 3, 4]);
}
