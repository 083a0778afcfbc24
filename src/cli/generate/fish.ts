import type { CommandInfo, OptionInfo } from './command-tree.js';
import { allCommands } from './command-tree.js';

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

const COMPLETE = 'complete -c git-fso';

/** True if exactly these commands were typed. */
const conditionOf = ({ path }: CommandInfo): string => `-n ${quoted(`__git_fso_at ${path.join(' ')}`.trimEnd())}`;

function valueArguments({ value, words }: Pick<OptionInfo, 'value' | 'words'>): string {
  if (value === null) return '';
  if (value === 'words') return ` -x -a ${quoted(words.join(' '))}`;
  return value === 'file' ? ' -r -F' : value === 'directory' ? " -x -a '(__fish_complete_directories)'" : ' -x';
}

function linesOf(command: CommandInfo): string[] {
  const at = conditionOf(command);
  const options = command.options.map((option) => {
    const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`;
    const long = option.long === null ? '' : ` -l ${option.long.slice(2)}`;
    return `${COMPLETE} ${at}${short}${long}${valueArguments(option)} -d ${quoted(option.description)}`;
  });
  const subcommands = command.commands.map(({ path, summary }) => `${COMPLETE} ${at} -a ${path.at(-1)} -d ${quoted(summary)}`);
  const values = command.arguments.filter(({ value }) => value !== 'other').map((argument) => {
    if (argument.value === 'words') return `${COMPLETE} ${at} -a ${quoted(argument.words.join(' '))}`;
    return argument.value === 'file' ? `${COMPLETE} ${at} -F` : `${COMPLETE} ${at} -a '(__fish_complete_directories)'`;
  });
  return [...subcommands, ...options, ...values];
}

/** A completion for fish, for `~/.config/fish/completions/git-fso.fish`. */
export function fishCompletion(program: CommandInfo): string {
  const commands = allCommands(program);
  const known = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  const withValue = commands.flatMap(({ options }) => options.filter(({ value }) => value !== null));
  const names = [...new Set(withValue.flatMap(({ short, long }) => [short, long]).filter((name) => name !== null))];
  return `# fish completion for git-fso. Put it into ~/.config/fish/completions/git-fso.fish.

# True if the commands that were typed so far are these.
function __git_fso_at
    set -l known ${known.join(' ')}
    set -l with_value ${names.join(' ')}
    set -l path
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word $with_value
            set skip 1
        else if not string match -q -- '-*' $word
            if contains -- (string join ' ' $path $word) $known
                set path $path $word
            end
        end
    end
    test "$path" = "$argv"
end

${COMPLETE} -f
${commands.flatMap(linesOf).join('\n')}
`;
}
