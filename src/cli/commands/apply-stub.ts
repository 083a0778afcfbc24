import type { Command } from 'commander';
import { applyStub } from '../../facets/apply-stub.js';
import type { CliContext } from '../context.js';
import { openShadowRepo, runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { safePath } from '../render/safe-text.js';

/** `git-fso apply-stub`: merges the stub into the facets. */
export function registerApplyStub(program: Command, context: CliContext): void {
  const command = program
    .command('apply-stub')
    .summary('apply edits of the stub')
    .description('Merges master-stub, which holds .gitignore, .gitattributes and .nogbundles, into master-stat,\nmaster-sha and master-content.')
    .action(async () => {
      const applied = await applyStub(openShadowRepo(context), runOptionsOf(context, 'apply-stub'));
      for (const { facet, commit, conflicts } of applied) {
        context.stdout.write(`${facet}: ${commit === null ? 'up to date' : 'applied'}\n`);
        for (const path of conflicts) {
          context.stderr.write(`warning: ${facet}: ${safePath(path)}: also changed by the stub; the record was kept\n`);
        }
      }
    });
  describeUse(
    command,
    ["echo '*.tmp' >>.gitignore && git commit -qam 'Ignore *.tmp' && git-fso apply-stub"],
    [0, 1, 2, 4],
  );
}
