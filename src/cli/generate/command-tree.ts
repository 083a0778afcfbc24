import type { Argument, Command, Option } from 'commander';
import { useOf } from '../help.js';

/** What the value of an option or an argument is, as far as completion can help. */
export type ValueKind = 'file' | 'directory' | 'words' | 'other';

/** An option of a command. */
export interface OptionInfo {
  readonly short: string | null;
  readonly long: string | null;
  /** As it is written in help: `--config <file>`. */
  readonly flags: string;
  readonly description: string;
  /** Null if the option takes no value. */
  readonly value: ValueKind | null;
  readonly words: readonly string[];
}

/** An argument of a command. */
export interface ArgumentInfo {
  /** As it is written in help: `[glob...]`. */
  readonly term: string;
  readonly description: string;
  readonly value: ValueKind;
  readonly words: readonly string[];
}

/** A command with all that belongs to it. */
export interface CommandInfo {
  /** Words behind `git-fso`; none for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionInfo[];
  readonly arguments: readonly ArgumentInfo[];
  readonly commands: readonly CommandInfo[];
  readonly examples: readonly string[];
  /** Exit statuses with their meaning. */
  readonly statuses: readonly (readonly [status: number, meaning: string])[];
}

const KINDS: readonly (readonly [pattern: RegExp, kind: ValueKind])[] = [
  [/<(directory|dir|realdir|path|shadow root)[>.]|\[(realdir|place)/, 'directory'],
  [/<file[>.]/, 'file'],
];

function kindOf(term: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return 'words';
  return KINDS.find(([pattern]) => pattern.test(term))?.[1] ?? 'other';
}

function optionInfo({ short, long, flags, description, required, optional, argChoices }: Option): OptionInfo {
  const value = required || optional ? kindOf(flags, argChoices) : null;
  return { short: short ?? null, long: long ?? null, flags, description, value, words: argChoices ?? [] };
}

function argumentInfo(argument: Argument): ArgumentInfo {
  const { description, argChoices, required, variadic } = argument;
  const name = `${argument.name()}${variadic ? '...' : ''}`;
  const term = required ? `<${name}>` : `[${name}]`;
  return { term, description, value: kindOf(term, argChoices), words: argChoices ?? [] };
}

const HELP: OptionInfo = { short: '-h', long: '--help', flags: '-h, --help', description: 'display help', value: null, words: [] };

/** Of a command in which `-h` is something else. */
const LONG_HELP: OptionInfo = { ...HELP, short: null, flags: '--help' };

/** What commander knows about a command and those below it, without what help hides. */
export function describeCommand(command: Command, path: readonly string[] = []): CommandInfo {
  const { examples, statuses } = useOf(command);
  const options = command.options.filter((option) => !option.hidden).map(optionInfo);
  const visible = command.createHelp().visibleCommands(command).filter((each) => each.name() !== 'help');
  return {
    path,
    summary: command.summary() === '' ? command.description() : command.summary(),
    description: command.description() === '' ? command.summary() : command.description(),
    options: [...options, options.some(({ short }) => short === HELP.short) ? LONG_HELP : HELP],
    arguments: command.registeredArguments.map(argumentInfo),
    commands: visible.map((each) => describeCommand(each, [...path, each.name()])),
    examples,
    statuses,
  };
}

/** A command and all below it, parents first. */
export function allCommands(top: CommandInfo): readonly CommandInfo[] {
  return [top, ...top.commands.flatMap(allCommands)];
}
