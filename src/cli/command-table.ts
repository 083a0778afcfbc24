import type { Command } from 'commander';
import type { CliContext } from './context.js';

/** Adds a command to the program. */
export type Register = (program: Command, context: CliContext) => void;

type Loader = () => Promise<Register>;

/** Every command, in the order of the help. Only what a call needs is loaded: start-up counts. */
export const COMMAND_TABLE: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ['rescan', async () => (await import('./commands/rescan.js')).registerRescan],
  ['daemon', async () => (await import('./commands/daemon.js')).registerDaemon],
  ['list', async () => (await import('./commands/list.js')).registerList],
  ['discover', async () => (await import('./commands/discover.js')).registerDiscover],
  ['clear-error', async () => (await import('./commands/clear-error.js')).registerClearError],
  ['doctor', async () => (await import('./commands/doctor.js')).registerDoctor],
  ['generate', async () => (await import('./commands/generate.js')).registerGenerate],
  ['config', async () => (await import('./commands/config.js')).registerConfig],
  ['init', async () => (await import('./commands/init.js')).registerInit],
  ['stat', async () => (await import('./commands/stat.js')).registerStat],
  ['sha', async () => (await import('./commands/sha.js')).registerSha],
  ['content', async () => (await import('./commands/content.js')).registerContent],
  ['verify', async () => (await import('./commands/verify.js')).registerVerify],
  ['archive', async () => (await import('./commands/archive.js')).registerArchive],
  ['sot', async () => (await import('./commands/sot.js')).registerSot],
  ['tos', async () => (await import('./commands/tos.js')).registerTos],
  ['status', async () => (await import('./commands/status.js')).registerStatus],
  ['reinit', async () => (await import('./commands/reinit.js')).registerReinit],
  ['stub', async () => (await import('./commands/stub.js')).registerStub],
  ['apply-stub', async () => (await import('./commands/apply-stub.js')).registerApplyStub],
  ['ls', async () => (await import('./commands/ls.js')).registerLs],
  ['show', async () => (await import('./commands/show.js')).registerShow],
  ['summary', async () => (await import('./commands/summary.js')).registerSummary],
  ['which', async () => (await import('./commands/which.js')).registerWhich],
  ['log', async () => (await import('./commands/log.js')).registerLog],
  ['diff', async () => (await import('./commands/diff.js')).registerDiff],
  ['sha256sum', async () => (await import('./commands/checksums.js')).registerSha256sum],
  ['sha1sum', async () => (await import('./commands/checksums.js')).registerSha1sum],
  ['export', async () => (await import('./commands/export.js')).registerExport],
  ['index', async () => (await import('./commands/index.js')).registerIndex],
  ['query', async () => (await import('./commands/query.js')).registerQuery],
  ['find', async () => (await import('./commands/find.js')).registerFind],
  ['duplicates', async () => (await import('./commands/duplicates.js')).registerDuplicates],
  ['report', async () => (await import('./commands/report.js')).registerReport],
  ['growth', async () => (await import('./commands/growth.js')).registerGrowth],
  ['head', async () => (await import('./commands/head.js')).registerHead],
  ['meta', async () => (await import('./commands/meta.js')).registerMeta],
  ['check', async () => (await import('./commands/check.js')).registerCheck],
  ['move', async () => (await import('./commands/move.js')).registerMove],
  ['handback', async () => (await import('./commands/handback.js')).registerHandback],
  ['gc', async () => (await import('./commands/gc.js')).registerGc],
]);

/** Global options that take a value. */
const WITH_VALUE = ['-C', '--wait'];

/** Where the global options end. */
function operandIndex(argv: readonly string[]): number {
  let index = 0;
  while (index < argv.length && argv[index]?.startsWith('-') === true) {
    index += WITH_VALUE.includes(argv[index] ?? '') ? 2 : 1;
  }
  return index;
}

/** The command that a command line names; undefined if it names none that is known. */
export function commandOf(argv: readonly string[]): string | undefined {
  const word = argv[operandIndex(argv)];
  return word !== undefined && COMMAND_TABLE.has(word) ? word : undefined;
}

/**
 * A command line in which `help <command>` has become `<command> --help`, which loads that command alone and knows those
 * inside others, too: `help config check`.
 */
export function withoutHelpCommand(argv: readonly string[]): readonly string[] {
  const index = operandIndex(argv);
  if (argv[index] !== 'help') return argv;
  const names = argv.slice(index + 1);
  // A name that is wrong must remain an error.
  const isAnswered = names[0] === undefined || COMMAND_TABLE.has(names[0]);
  return [...argv.slice(0, index), ...names, ...(isAnswered ? ['--help'] : [])];
}
