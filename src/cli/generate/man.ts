import type { CommandInfo, OptionInfo } from './command-tree.js';
import { allCommands } from './command-tree.js';

/** Text for roff: man(7). */
function roff(text: string): string {
  return text.replaceAll('…', '...').replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(['.])/gm, '\\&$1');
}

const paragraph = (text: string): string => text.split('\n').map(roff).join('\n');

function terms(entries: readonly (readonly [term: string, text: string])[]): string[] {
  return entries.flatMap(([term, text]) => ['.TP', `.B ${roff(term)}`, paragraph(text)]);
}

const optionTerms = (options: readonly OptionInfo[]): string[] => terms(options.map(({ flags, description }) => [flags, description]));

function synopsisOf({ path, options, arguments: parameters, commands }: CommandInfo): string {
  const words = ['git-fso', ...path, ...(options.length > 1 ? ['[options]'] : []), ...parameters.map(({ term }) => term)];
  return [...words, ...(commands.length > 0 ? ['<command>'] : [])].join(' ');
}

function examplesOf(examples: readonly string[]): string[] {
  return examples.length === 0 ? [] : ['.PP', '.nf', ...examples.map((example) => roff(`    ${example}`)), '.fi'];
}

function sectionOf(command: CommandInfo): string[] {
  const parameters = terms(
    command.arguments.filter(({ description }) => description !== '').map(({ term, description }) => [term, description]),
  );
  const special = command.statuses.map(([status, meaning]) => `${status} ${meaning}`).join('; ');
  return [
    `.SS ${roff(synopsisOf(command))}`,
    paragraph(command.description),
    ...parameters,
    ...optionTerms(command.options.filter(({ long }) => long !== '--help')),
    ...(special === '' ? [] : ['.PP', roff(`Exit status: ${special}.`)]),
    ...examplesOf(command.examples),
  ];
}

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/git-fso.yml', 'the configuration, if no other is named'],
  ['<shadow root>/<path>/<uuid>.fso', 'the shadow repo of a real directory: an ordinary Git repository'],
  ['<shadow root>/.git-fso', 'what is remembered about roots, and problems'],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['GIT_FSO_CONFIG', 'the configuration file'],
  ['GIT_FSO_TRACE', '1 is the same as --trace; a file gets at its end what --trace would tell'],
  ['GIT_AUTHOR_NAME, GIT_COMMITTER_NAME, ...', 'author and committer of commits, as for Git'],
  ['VISUAL, EDITOR', 'the editor of git-fso stub edit'],
];

/** The man page git-fso(1), in the format of man(7). */
export function manPage(program: CommandInfo, version: string): string {
  const leaves = allCommands(program).filter(({ path, commands }) => path.length > 0 && commands.length === 0);
  const lines = [
    `.TH GIT\\-FSO 1 "" "git\\-fso ${roff(version)}" "git\\-fso"`,
    '.SH NAME',
    `git\\-fso \\- ${roff(program.description.replace(/\.$/, '').replace(/^Keeps/, 'keeps'))}`,
    '.SH SYNOPSIS',
    roff('git-fso [options] <command> ...'),
    '.br',
    roff('git fso [options] <command> ...'),
    '.SH OPTIONS',
    ...optionTerms(program.options),
    '.SH COMMANDS',
    ...leaves.flatMap(sectionOf),
    '.SH EXIT STATUS',
    ...terms(program.statuses.map(([status, meaning]) => [String(status), meaning])),
    '.SH FILES',
    ...terms(FILES),
    '.SH ENVIRONMENT',
    ...terms(ENVIRONMENT),
    '.SH SEE ALSO',
    '.BR git (1),\n.BR gitignore (5),\n.BR gitattributes (5)',
  ];
  return `${lines.join('\n')}\n`;
}
