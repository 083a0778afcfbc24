import type { Command } from 'commander';
import type { FacetListener } from '../../facets/facet-result.js';
import { recordSha } from '../../facets/sha/record-sha.js';
import { acceptEmptyOption } from '../options/accept-empty.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { refreshIndexOption } from '../options/refresh-index.js';
import { printFacetResult } from '../render/facet-text.js';
import { ProgressLine } from '../render/progress/progress.js';

/** `git-fso sha`: records checksums. */
export function registerSha(program: Command, context: CliContext): void {
  const command = program
    .command('sha')
    .summary('record checksums')
    .description('Records SHA-1 and SHA-256 of files on master-sha. Reads only files that changed since they were hashed.')
    .addOption(refreshIndexOption())
    .addOption(acceptEmptyOption())
    .action(async ({ acceptEmpty }: { readonly acceptEmpty?: boolean }) => {
      const repo = await openShadowRepo(context, 'write');
      const progress = context.stderr.isTTY ? new ProgressLine(context.stderr) : null;
      const { realdir } = repo;
      const onProgress: FacetListener['onProgress'] = (visited, bytes, directory, reading) => {
        progress?.add({ type: 'progress', realdir, facet: 'sha', visited, bytes, directory, reading });
      };
      const options = { ...runOptionsOf(context, 'sha'), acceptEmpty: acceptEmpty === true, onProgress };
      const result = await recordSha(repo, options).finally(() => progress?.clear());
      printFacetResult(context, 'sha', result);
    });
  describeUse(command, ['git-fso sha'], [0, 1, 2, 3, 4]);
}
