import type { Command } from 'commander';
import { Option } from 'commander';
import type { HeadFacet } from '../../history/head.js';
import { HEAD_FACETS } from '../../history/head.js';
import { showPath } from '../../history/show.js';
import { branchOf } from '../../shadow/branches.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { openShadowRepo } from '../context.js';
import { describeUse } from '../help.js';
import { recordedPath } from '../recorded-path.js';
import { jsonText } from '../render/json-text.js';
import { shownJson, shownLines } from '../render/show-text.js';

interface ShowFlags {
  readonly json?: boolean;
  readonly raw?: HeadFacet;
}

/** `git-fso show`: all that is recorded about one path. */
export function registerShow(program: Command, context: CliContext): void {
  const command = program
    .command('show')
    .summary('show what is recorded about a path')
    .description('Shows what stat, sha, meta and content record about a path now. The path . is the toplevel.')
    .argument('<path>', 'relative to the real directory, or absolute')
    .addOption(new Option('--raw <facet>', 'write the blob of this facet as it is, for example a README.md').choices(HEAD_FACETS))
    .addOption(new Option('--json', 'print one JSON object').conflicts('raw'))
    .action((typed: string, flags: ShowFlags) => {
      const repo = openShadowRepo(context);
      const path = recordedPath(repo, typed);
      const shown = showPath(repo.gitDir, branchOf, path);
      if (flags.raw !== undefined) {
        const entry = shown[flags.raw];
        if (entry === null) throw new FsoError(`${textOfBytes(path)}: not on ${branchOf(flags.raw)}`);
        context.stdout.write(entry.body);
        return;
      }
      const lines = flags.json === true ? [jsonText(shownJson(path, shown))] : shownLines(path, shown);
      context.stdout.write(`${lines.join('\n')}\n`);
    });
  describeUse(command, ['git-fso show data/a.csv', 'git-fso show --raw content README.md'], [0, 1, 2]);
}
