import { Command } from 'commander';
import { parseDuration } from '../config/durations.js';
import { UsageError } from '../util/errors.js';
import { registerApplyStub } from './commands/apply-stub.js';
import { registerArchive } from './commands/archive.js';
import { registerContent } from './commands/content.js';
import { registerConfig } from './commands/config.js';
import { registerDiscover } from './commands/discover.js';
import { registerHead } from './commands/head.js';
import { registerInit } from './commands/init.js';
import { registerList } from './commands/list.js';
import { registerLs } from './commands/ls.js';
import { registerMeta } from './commands/meta.js';
import { registerReinit } from './commands/reinit.js';
import { registerRescan } from './commands/rescan.js';
import { registerSha } from './commands/sha.js';
import { registerShow } from './commands/show.js';
import { registerSot } from './commands/sot.js';
import { registerStat } from './commands/stat.js';
import { registerStatus } from './commands/status.js';
import { registerStub } from './commands/stub.js';
import { registerSummary } from './commands/summary.js';
import { registerTos } from './commands/tos.js';
import type { CliContext } from './context.js';
import { absolutePath } from './context.js';
import { describeUse } from './help.js';

const COMMANDS = [
  registerRescan,
  registerList,
  registerDiscover,
  registerConfig,
  registerInit,
  registerStat,
  registerSha,
  registerContent,
  registerArchive,
  registerSot,
  registerTos,
  registerStatus,
  registerReinit,
  registerStub,
  registerApplyStub,
  registerLs,
  registerShow,
  registerSummary,
  registerHead,
  registerMeta,
];

/** The command line of git-fso. Parsing it runs the command; nothing here ends the process. */
export function createProgram(context: CliContext, version: string): Command {
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
    })
    .action(() => {
      throw new UsageError('no command given', { remedy: 'see git-fso --help' });
    });
  for (const register of COMMANDS) register(program, context);
  for (const command of program.commands) command.allowExcessArguments(false);
  return describeUse(program, ['git-fso rescan --config /etc/git-fso.yml'], [0, 1, 2, 3, 4]);
}
