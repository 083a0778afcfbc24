import type { ArgumentInfo, CommandInfo, OptionInfo } from './command-tree.js';
import { allCommands } from './command-tree.js';

/** A word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text inside of a specification of _arguments. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function actionOf({ value, words }: Pick<OptionInfo | ArgumentInfo, 'value' | 'words'>): string {
  if (value === 'words') return `(${words.join(' ')})`;
  return value === 'file' ? '_files' : value === 'directory' ? '_files -/' : ' ';
}

function optionSpecs(option: OptionInfo): string[] {
  const value = option.value === null ? '' : `:${escaped(option.flags.replace(/^[^<[]*[<[]|[>\]]$/g, ''))}:${actionOf(option)}`;
  return [option.short, option.long]
    .filter((name) => name !== null)
    .map((name) => quoted(`${name}[${escaped(option.description)}]${value}`));
}

function argumentSpec(argument: ArgumentInfo): string {
  const isVariadic = argument.term.includes('...');
  return quoted(`${isVariadic ? '*' : ''}:${escaped(argument.term)}:${actionOf(argument)}`);
}

const functionOf = ({ path }: CommandInfo): string => ['_git-fso', ...path].join('_');

function functionText(command: CommandInfo): string {
  const specs = [...command.options.flatMap(optionSpecs), ...command.arguments.map(argumentSpec)];
  const name = functionOf(command);
  if (command.commands.length === 0) return `${name}() {\n  _arguments -s ${specs.join(' \\\n    ')}\n}\n`;
  const list = command.commands.map(({ path, summary }) => quoted(`${escaped(path.at(-1) ?? '')}:${summary}`));
  const cases = command.commands.map((each) => `        ${each.path.at(-1)}) ${functionOf(each)} ;;`);
  return `${name}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C ${[...specs, quoted('1:command:->command'), quoted('*::argument:->argument')].join(' \\\n    ')}
  case $state in
    command)
      local -a commands
      commands=(${list.join('\n        ')})
      _describe command commands
      ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
`;
}

/** A completion for zsh, for a file `_git-fso` in a directory of `fpath`. */
export function zshCompletion(program: CommandInfo): string {
  const functions = [...allCommands(program)].reverse().map(functionText);
  return `#compdef git-fso\n# zsh completion for git-fso. Put it as _git-fso into a directory of ` +
    `$fpath.\n\n${functions.join('\n')}\n_git-fso "$@"\n`;
}
