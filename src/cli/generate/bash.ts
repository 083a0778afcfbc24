import type { CommandInfo, OptionInfo } from './command-tree.js';
import { allCommands } from './command-tree.js';

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const namesOf = ({ short, long }: OptionInfo): string[] => [short, long].filter((name) => name !== null);

/** The key of a command in the tables: its words with blanks between them. */
const keyOf = ({ path }: CommandInfo): string => path.join(' ');

/** A `case` that sets the words that may follow a command. */
function tables(commands: readonly CommandInfo[]): string[] {
  return commands.map((command) => {
    const options = command.options.flatMap(namesOf).join(' ');
    const subcommands = command.commands.map(({ path }) => path.at(-1) ?? '').join(' ');
    const words = command.arguments.flatMap((argument) => argument.words).join(' ');
    const kind = command.arguments.find(({ value }) => value === 'file' || value === 'directory')?.value ?? 'other';
    return `    ${quoted(keyOf(command))}) options=${quoted(options)} subcommands=${quoted(subcommands)} words=${quoted(words)} ` +
      `kind=${kind} ;;`;
  });
}

/** A `case` that tells what the value of an option is. */
function values(commands: readonly CommandInfo[]): string[] {
  return commands.flatMap((command) =>
    command.options.flatMap((option) => {
      if (option.value === null) return [];
      const patterns = namesOf(option).map((name) => quoted(`${keyOf(command)} ${name}`.trimStart())).join('|');
      const words = option.words.length === 0 ? '' : ` words=${quoted(option.words.join(' '))}`;
      return [`    ${patterns}) kind=${option.value}${words} ;;`];
    }),
  );
}

/** A completion for bash: for `git-fso`, and for `git fso` where the completion of Git is loaded. */
export function bashCompletion(program: CommandInfo): string {
  const commands = allCommands(program);
  return `# bash completion for git-fso. Put it into /etc/bash_completion.d, or source it.

# Sets what may follow a command.
__git_fso_command() {
  case "$1" in
${tables(commands).join('\n')}
    *) return 1 ;;
  esac
}

# Sets what the value of an option of a command is; fails if it takes none.
__git_fso_value() {
  case "$1" in
${values(commands).join('\n')}
    *) return 1 ;;
  esac
}

__git_fso_reply() {
  # An array of words would be of patterns, too: names may have stars.
  case "$1" in
    file) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    directory) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    words) mapfile -t COMPREPLY < <(compgen -W "$3" -- "$2") ;;
  esac
  # Outside of an interactive completion there is nothing to set.
  if [[ "$1" == file || "$1" == directory ]]; then compopt -o filenames 2>/dev/null || true; fi
  return 0
}

_git_fso() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" path="" options subcommands words kind index=1 word
  # As \`git fso\`, the words of git come first.
  if [[ "\${COMP_WORDS[0]##*/}" == git ]]; then
    while [[ \${index} -lt \${COMP_CWORD} && "\${COMP_WORDS[index]}" != fso ]]; do index=$((index + 1)); done
    index=$((index + 1))
  fi
  COMPREPLY=()
  for ((; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ "\${word}" == -* ]]; then
      previous="\${word}"
      __git_fso_value "\${path:+\${path} }\${word}" && [[ $((index + 1)) -lt \${COMP_CWORD} ]] && { index=$((index + 1)); previous=""; }
    else
      previous=""
      __git_fso_command "\${path:+\${path} }\${word}" && path="\${path:+\${path} }\${word}"
    fi
  done
  words=""
  if [[ -n "\${previous}" ]] && __git_fso_value "\${path:+\${path} }\${previous}"; then
    __git_fso_reply "\${kind}" "\${current}" "\${words}"
    return
  fi
  __git_fso_command "\${path}" || return
  if [[ "\${current}" == -* ]]; then
    __git_fso_reply words "\${current}" "\${options}"
  elif [[ -n "\${subcommands}\${words}" ]]; then
    __git_fso_reply words "\${current}" "\${subcommands}\${words}"
  else
    __git_fso_reply "\${kind}" "\${current}"
  fi
}

complete -F _git_fso git-fso
`;
}
