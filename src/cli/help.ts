import type { Command } from 'commander';

/** What each exit status means; part of every command's help. */
const STATUS_TEXT: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed, nothing was recorded',
  2: 'wrong usage or configuration',
  3: 'recorded, but some paths could not be read',
  4: 'another process holds the lock',
};

/** What is told about a command beside its options. */
export interface CommandUse {
  readonly examples: readonly string[];
  readonly statuses: readonly (readonly [status: number, meaning: string])[];
}

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
  statuses: readonly number[],
  meanings: Readonly<Record<number, string>> = {},
): Command {
  const use: CommandUse = { examples, statuses: statuses.map((status) => [status, meanings[status] ?? STATUS_TEXT[status] ?? '']) };
  uses.set(command, use);
  const lines = use.statuses.map(([status, meaning]) => `  ${status}  ${meaning}`);
  const text = ['', 'Examples:', ...examples.map((example) => `  $ ${example}`), '', 'Exit status:', ...lines];
  return command.addHelpText('after', text.join('\n'));
}
