import type { Command } from 'commander';
import { ObjectReader } from '../../git/object-reader.js';
import { summarizeStat } from '../../history/summary.js';
import type { CliContext } from '../context.js';
import { openShadowRepo } from '../context.js';
import { describeUse } from '../help.js';
import { jsonText } from '../render/json-text.js';
import { statTree } from '../stat-tree.js';

/** `git-fso summary`: how much is recorded. */
export function registerSummary(program: Command, context: CliContext): void {
  const command = program
    .command('summary')
    .summary('count what is recorded')
    .description('Counts the records of master-stat: files (symlinks, nogbundles, submodules and the records of\nsubdirectories are among them), directories that directly contain some, and others.')
    .option('--json', 'print one JSON object')
    .action((flags: { readonly json?: boolean }) => {
      const repo = openShadowRepo(context);
      const reader = ObjectReader.open(repo.gitDir);
      try {
        const { numFiles, numDirs, numOther } = summarizeStat(reader, statTree(repo, reader));
        const text = `numFiles: ${numFiles}\nnumDirs: ${numDirs}\nnumOther: ${numOther}`;
        context.stdout.write(`${flags.json === true ? jsonText({ numFiles, numDirs, numOther }) : text}\n`);
      } finally {
        reader.close();
      }
    });
  describeUse(command, ['git-fso summary', 'git-fso summary --json'], [0, 1, 2]);
}
