import type { Command } from 'commander';
import { gitNogCommitOf, readHeads } from '../../shadow/read/heads.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { openShadowRepo } from '../open-repo.js';
import { headJson, headLines } from '../render/head-text.js';
import { jsonText } from '../render/json-text.js';

/** `git-fso head`: the commits that are the state of the repo. */
export function registerHead(program: Command, context: CliContext): void {
  const command = program
    .command('head')
    .summary('show the newest commits')
    .description(
      'Prints the newest commits of stat, sha, meta and content with their people, and gitNogCommit, which identifies the state of ' +
        'all four.',
    )
    .option('--json', 'print one JSON object')
    .action(async (flags: { readonly json?: boolean }) => {
      const repo = await openShadowRepo(context, 'read');
      const heads = readHeads(repo.gitDir);
      const state = { uuid: repo.uuid, gitNogCommit: gitNogCommitOf(heads), heads };
      const lines = flags.json === true ? [jsonText(headJson(state))] : headLines(state);
      context.stdout.write(`${lines.join('\n')}\n`);
    });
  describeUse(command, ['git-fso head', 'git-fso head --json | jq -r .gitNogCommit'], [0, 1, 2]);
}
