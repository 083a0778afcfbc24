import type { Command } from 'commander';
import type { MetadataChange, MetaOptions } from '../../facets/meta/change-metadata.js';
import { changeMetadata } from '../../facets/meta/change-metadata.js';
import { hexadecimal, objectIdOf, oneLineOf } from '../../library/inputs.js';
import { allMetadata, metadataAt } from '../../facets/meta/read-metadata.js';
import { metadataJson } from '../../record/metadata-json.js';
import { bytesOfText } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { metadataFrom, replacementFrom } from '../options/metadata-arguments.js';
import { openShadowRepo } from '../open-repo.js';
import { headJson, metaLines } from '../render/head-text.js';
import { jsonText, terminalJson } from '../render/json-text.js';
import { metadataLine } from '../render/metadata-text.js';
import { writeLines } from '../render/write-lines.js';

interface ChangeFlags {
  readonly expect?: string;
  readonly expectGitNogCommit?: string;
  readonly message?: string;
  readonly author?: string;
  readonly json?: boolean;
}

const PATHS = 'Paths are relative to the real directory; directories end with a slash, `.` is the toplevel.';

function metaOptionsFrom({ expect, expectGitNogCommit, message }: ChangeFlags): MetaOptions {
  return {
    ...(expect !== undefined && { expectedCommit: objectIdOf(expect, '--expect') }),
    ...(expectGitNogCommit !== undefined && { expectedGitNogCommit: hexadecimal(expectGitNogCommit, 64, '--expect-git-nog-commit') }),
    ...(message !== undefined && { message: oneLineOf(message, '--message') }),
  };
}

/** Environment variables that make somebody else the author. */
function authorFrom(author: string | undefined): Readonly<Record<string, string>> {
  if (author === undefined) return {};
  const [, name, email] = /^\s*([^<>\n]*[^<>\s])\s*<([^<>\n]+)>\s*$/.exec(author) ?? [];
  if (name === undefined || email === undefined) throw new UsageError(`--author: ${JSON.stringify(author)} is not like "Name <address>"`);
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email };
}

async function change(context: CliContext, changes: readonly MetadataChange[], flags: ChangeFlags): Promise<void> {
  const run = runOptionsOf(context, 'meta');
  const options = { ...metaOptionsFrom(flags), ...run, env: { ...run.env, ...authorFrom(flags.author) } };
  const repo = await openShadowRepo(context, 'write');
  const { isNewCommit, ...result } = await changeMetadata(repo, changes, options);
  const state = { uuid: repo.uuid, ...result };
  const lines = flags.json === true ? [jsonText({ ...headJson(state), isNewCommit })] : metaLines(state);
  context.stdout.write(`${lines.join('\n')}\n`);
}

function registerGet(meta: Command, context: CliContext): void {
  const command = meta
    .command('get')
    .summary('print the metadata of a path')
    .description(`Prints the metadata of a path as a JSON object; {} if it has none. ${PATHS}`)
    .argument('[path]', 'the path', '.')
    .action(async (path: string) => {
      const metadata = metadataAt(await openShadowRepo(context, 'read'), bytesOfText(path));
      context.stdout.write(`${terminalJson(metadataJson(metadata))}\n`);
    });
  describeUse(command, ['git-fso meta get', 'git-fso meta get data/ | jq .note'], [0, 1, 2]);
}

function registerList(meta: Command, context: CliContext): void {
  const command = meta
    .command('ls')
    .summary('list all metadata')
    .description('Prints path=<JSON object> for each path that has metadata.')
    .option('--json', 'print one JSON object a line')
    .action(async (flags: { readonly json?: boolean }) => {
      const entries = allMetadata(await openShadowRepo(context, 'read'));
      const lines = function* (): Generator<string> {
        for (const entry of entries) yield metadataLine(entry, flags.json === true);
      };
      await writeLines(context, lines());
    });
  describeUse(command, ['git-fso meta ls'], [0, 1, 2]);
}

function describeChange(command: Command, examples: readonly string[]): void {
  command
    .option('--expect <commit>', 'fail unless master-meta is at this commit')
    .option('--expect-git-nog-commit <id>', 'fail unless all branches are in this state, as `git-fso head` prints it')
    .option('-m, --message <line>', 'message of the commit; the time follows it')
    .option('--author <author>', 'author of the commit, as "Name <address>"')
    .option('--json', 'print the new state as one JSON object');
  describeUse(command, examples, [0, 1, 2, 4]);
}

/** `git-fso meta`: metadata of paths. */
export function registerMeta(program: Command, context: CliContext): void {
  const meta = program
    .command('meta')
    .summary('read and change metadata of paths')
    .description(`Metadata are keys and values of people's own, kept on master-meta. ${PATHS}`);
  registerGet(meta, context);
  registerList(meta, context);

  const set = meta
    .command('set')
    .summary('set some keys of a path')
    .description('Sets keys of a path; its other keys stay. A value is JSON, or else a text.')
    .argument('<path>', 'the path')
    .argument('<key=value...>', 'keys with values')
    .action((path: string, assignments: readonly string[], flags: ChangeFlags) =>
      change(context, [{ path: bytesOfText(path), merge: metadataFrom(assignments) }], flags));
  describeChange(set, ["git-fso meta set . 'note=raw data' year=2017", `git-fso meta set data/ 'authors=["A", "B"]'`]);

  const put = meta
    .command('put')
    .summary('replace the metadata of some paths')
    .description('Replaces all keys of the given paths in one commit; an empty object removes them.')
    .argument('<path=json...>', 'paths with JSON objects')
    .action((assignments: readonly string[], flags: ChangeFlags) => change(context, assignments.map(replacementFrom), flags));
  describeChange(put, [`git-fso meta put '.={"note":"raw data"}' 'data/={}'`]);

  const remove = meta
    .command('rm')
    .summary('remove keys, or all metadata of a path')
    .description('Removes the given keys of a path, or all of them.')
    .argument('<path>', 'the path')
    .argument('[key...]', 'keys to remove; all if none is given')
    .action((path: string, keys: readonly string[], flags: ChangeFlags) => {
      const what = keys.length > 0 ? { removeKeys: keys } : { replaceBy: new Map() };
      return change(context, [{ path: bytesOfText(path), ...what }], flags);
    });
  describeChange(remove, ['git-fso meta rm data/ note', 'git-fso meta rm data/']);

  for (const command of meta.commands) command.allowExcessArguments(false);
  describeUse(meta, ['git-fso meta set . note=hello', 'git-fso meta get'], [0, 1, 2, 4]);
}
