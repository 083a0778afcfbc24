import type { Command } from 'commander';
import type { ExitStatus } from './exit-status.js';
import { STATUS_TEXT } from './exit-status.js';

/** What is told about a command beside its options. */
export interface CommandUse {
  readonly examples: readonly string[];
  readonly statuses: readonly (readonly [status: number, meaning: string])[];
}

/** Where the width of the terminal is not known, as in a pipe. */
const DEFAULT_WIDTH = 80;

const uses = new WeakMap<Command, CommandUse>();

/** What `describeUse` was told about a command. */
export function useOf(command: Command): CommandUse {
  return uses.get(command) ?? { examples: [], statuses: [] };
}

/**
 * Adds examples and exit statuses to a command's help.
 * @param meanings of statuses that mean something else here than for other commands
 */
export function describeUse(
  command: Command,
  examples: readonly string[],
  statuses: readonly ExitStatus[],
  meanings: Readonly<Partial<Record<ExitStatus, string>>> = {},
): Command {
  const use: CommandUse = { examples, statuses: statuses.map((status) => [status, meanings[status] ?? STATUS_TEXT[status]]) };
  uses.set(command, use);
  return command.addHelpText('after', () => {
    const help = command.createHelp();
    help.prepareContext({ helpWidth: command.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH });
    const lines = use.statuses.map(([status, meaning]) => help.formatItem(String(status), 1, meaning, help));
    return ['', 'Examples:', ...examples.map((example) => `  $ ${example}`), '', 'Exit status:', ...lines].join('\n');
  });
}
