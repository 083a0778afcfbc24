import type { Command } from 'commander';
import { applyStub } from '../../stub/apply-stub.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { printAppliedStub } from '../render/stub-text.js';

/** `git-fso apply-stub`: merges the stub into the facets. */
export function registerApplyStub(program: Command, context: CliContext): void {
  const command = program
    .command('apply-stub')
    .summary('apply edits of the stub')
    .description(
      'Merges master-stub, which holds .gitignore, .gitattributes and .nogbundles, into master-stat, master-sha and master-content.',
    )
    .action(async () => {
      printAppliedStub(context, await applyStub(await openShadowRepo(context, 'write'), runOptionsOf(context, 'apply-stub')));
    });
  describeUse(
    command,
    ["echo '*.tmp' >>.gitignore && git commit -qam 'Ignore *.tmp' && git-fso apply-stub"],
    [0, 1, 2, 4],
  );
}
