import { Command } from 'commander';
import { parseDuration } from '../util/time/durations.js';
import { safeText } from '../util/text/safe-text.js';
import { COMMAND_TABLE } from './command-table.js';
import type { CliContext } from './context.js';
import { absolutePath } from './context.js';
import { describeUse } from './help.js';
import { startTrace } from './options/trace.js';
import { DEFAULTS } from '../defaults.js';

/** What the library for the command line says about an argument that it quotes, with a suggestion on a line of its own. */
function safeMessage(text: string): string {
  const [, message = text, suggestion = ''] = /^(.*?)(\n\(Did you mean [^\n]*\))?\n$/s.exec(text) ?? [];
  return `${safeText(message)}${suggestion}\n`;
}

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
    .option('-C <directory>', 'work in this directory instead of the current one: a shadow repo, or a directory that one records')
    .option('--wait <duration>', `how long to wait for another git-fso, for example 30s (default: ${DEFAULTS.wait})`)
    .option('--trace', 'tell on standard error what is decided about each path, and why')
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for the possible arguments)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: (text, write) => write(safeMessage(text)),
    })
    .hook('preAction', () => {
      const { C, wait, trace = false } = program.opts<{ C?: string; wait?: string; trace?: true }>();
      startTrace(context, trace);
      if (C !== undefined) {
        context.directory = absolutePath(context, C);
        context.isDirectoryNamed = true;
      }
      if (wait !== undefined) context.waitMs = parseDuration(wait);
    });
  for (const name of names) {
    const load = COMMAND_TABLE.get(name);
    if (load !== undefined) (await load())(program, context);
  }
  for (const command of program.commands) command.allowExcessArguments(false);
  return describeUse(program, ['git-fso rescan --config /etc/git-fso.yml'], [0, 1, 2, 3, 4, 5]);
}
