import { Command } from 'commander';
import { parseDuration } from '../util/durations.js';
import { COMMAND_TABLE } from './command-table.js';
import type { CliContext } from './context.js';
import { absolutePath } from './context.js';
import { describeUse } from './help.js';

/**
 * The command line of git-fso. Parsing it runs the command; nothing here ends the process.
 * @param names the commands to load; all if it is not given
 */
export async function createProgram(
  context: CliContext,
  version: string,
  names: Iterable<string> = COMMAND_TABLE.keys(),
): Promise<Command> {
  const program = new Command('git-fso')
    .description('Keeps the history of directories that are too big for Git, without writing into them.')
    .version(version)
    .option('-C <directory>', 'work in this shadow repo instead of the current directory')
    .option('--wait <duration>', 'how long to wait for another git-fso, for example 30s (default: 10s)')
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for the possible arguments)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .hook('preAction', () => {
      const { C, wait } = program.opts<{ C?: string; wait?: string }>();
      if (C !== undefined) context.directory = absolutePath(context, C);
      if (wait !== undefined) context.waitMs = parseDuration(wait);
    });
  for (const name of names) {
    const load = COMMAND_TABLE.get(name);
    if (load !== undefined) (await load())(program, context);
  }
  for (const command of program.commands) command.allowExcessArguments(false);
  return describeUse(program, ['git-fso rescan --config /etc/git-fso.yml'], [0, 1, 2, 3, 4]);
}
