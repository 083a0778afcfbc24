import type { Command } from 'commander';
import { summarizeRepo } from '../../history/summary.js';
import { statTreeAt } from '../../history/times/revision.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { jsonText } from '../render/json-text.js';

/** `git-fso summary`: how much is recorded. */
export function registerSummary(program: Command, context: CliContext): void {
  const command = program
    .command('summary')
    .summary('count what is recorded')
    .description(
      'Counts the records of master-stat: files (symlinks, nogbundles, submodules and the records of subdirectories are among them), ' +
        'directories that directly contain some, and others.',
    )
    .option('--at <time>', 'what was recorded at this time: 2018-03-15, "2 weeks ago" (all that Git takes as a date)')
    .option('--json', 'print one JSON object')
    .action(async ({ at, json }: { readonly at?: string; readonly json?: boolean }) => {
      const repo = await openShadowRepo(context, 'read');
      const tree = at === undefined ? null : await statTreeAt(repo, at);
      const { numFiles, numDirs, numOther } = summarizeRepo(repo, tree);
      const text = `numFiles: ${numFiles}\nnumDirs: ${numDirs}\nnumOther: ${numOther}`;
      context.stdout.write(`${json === true ? jsonText({ numFiles, numDirs, numOther }) : text}\n`);
    });
  describeUse(command, ['git-fso summary', "git-fso summary --at 'last week'", 'git-fso summary --json'], [0, 1, 2]);
}
