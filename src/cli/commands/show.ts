import type { Command } from 'commander';
import { Option } from 'commander';
import type { HeadFacet } from '../../shadow/facets.js';
import { branchOf, HEAD_FACETS } from '../../shadow/facets.js';
import { secondsOf } from '../../history/times/date.js';
import type { ShownPath } from '../../history/show.js';
import { NotRecordedError, showPath } from '../../history/show.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import type { GonePath } from '../gone.js';
import { goneError } from '../gone.js';
import { openPlace } from '../open-repo.js';
import { recordedPath } from '../../history/places/typed-path.js';
import { jsonText } from '../render/json-text.js';
import { shownJson, shownLines } from '../render/show-text.js';

interface ShowFlags {
  readonly at?: string;
  readonly json?: boolean;
  readonly raw?: HeadFacet;
}

/** What is recorded about a path; where nothing is any more, the error says when something was. */
async function shownOrGone(context: CliContext, asked: GonePath): Promise<ShownPath> {
  const { repo, path, until } = asked;
  try {
    return showPath(repo.gitDir, branchOf, path, until);
  } catch (error) {
    throw (error instanceof NotRecordedError && path !== '' ? await goneError(context, asked) : null) ?? error;
  }
}

/** `git-fso show`: all that is recorded about one path. */
export function registerShow(program: Command, context: CliContext): void {
  const command = program
    .command('show')
    .summary('show what is recorded about a path')
    .description('Shows what stat, sha, meta and content record about a path, now or at a time. The path . is the toplevel.')
    .argument('<path>', 'relative to the real directory, or absolute')
    .option('--at <time>', 'what was recorded at this time: 2018-03-15, "2 weeks ago" (all that Git takes as a date)')
    .addOption(new Option('--raw <facet>', 'write the blob of this facet as it is, for example a README.md').choices(HEAD_FACETS))
    .addOption(new Option('--json', 'print one JSON object').conflicts('raw'))
    .action(async (typed: string, flags: ShowFlags) => {
      const { repo, path: from } = await openPlace(context, 'read');
      const path = recordedPath(repo, typed, from);
      const seconds = flags.at === undefined ? undefined : await secondsOf(repo.gitDir, flags.at);
      const shown = await shownOrGone(context, { repo, path, typed, until: seconds ?? Number.POSITIVE_INFINITY });
      if (flags.raw !== undefined) {
        const entry = shown[flags.raw];
        if (entry === null) throw new FsoError(`${textOfBytes(path)}: not on ${branchOf(flags.raw)}`);
        context.stdout.write(entry.body);
        return;
      }
      const lines = flags.json === true ? [jsonText(shownJson(path, shown))] : shownLines(path, shown);
      context.stdout.write(`${lines.join('\n')}\n`);
    });
  const examples = ['git-fso show data/a.csv', "git-fso show --at 'last week' data/a.csv", 'git-fso show --raw content README.md'];
  describeUse(command, examples, [0, 1, 2]);
}
