import { existsSync, realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, configFileOf, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import type { CommandInfo } from '../generate/command-tree.js';
import { describeCommand } from '../generate/command-tree.js';
import { bashCompletion } from '../generate/bash.js';
import { fishCompletion } from '../generate/fish.js';
import { manPage } from '../generate/man.js';
import type { UnitName } from '../generate/systemd.js';
import { systemdUnit, UNIT_NAMES } from '../generate/systemd.js';
import { zshCompletion } from '../generate/zsh.js';
import { describeUse } from '../help.js';
import { fsPath } from '../../util/byte-string.js';
import { safePath } from '../render/safe-text.js';
import { packageVersion } from '../version.js';

const COMPLETIONS: Readonly<Record<string, (program: CommandInfo) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Words that run this git-fso, wherever it is installed: a service does not have the PATH of a shell. */
function programWords(): readonly string[] {
  return [process.execPath, realpathSync(process.argv[1] ?? '')];
}

function registerSystemd(generate: Command, context: CliContext): void {
  const command = generate
    .command('systemd')
    .summary('print units for systemd')
    .description(
      'Prints units for systemd, made for the configuration: a service that does what is due, with a timer,\n' +
        'and, to be used instead of these, a service for the daemon.',
    )
    .addArgument(new Argument('[unit]', 'only this unit').choices(UNIT_NAMES))
    .action(async (unit: UnitName | undefined, flags: ConfigFlags) => {
      const site = await loadSite(context, flags);
      const options = { site, config: configFileOf(context, flags), program: programWords() };
      // systemd refuses to start a service that may write to what does not exist.
      if (!existsSync(fsPath(site.location.root))) {
        context.stderr.write(`note: ${safePath(site.location.root)} does not exist yet: run git-fso rescan once before the service starts\n`);
      }
      if (unit !== undefined) {
        context.stdout.write(systemdUnit(unit, options));
        return;
      }
      const texts = UNIT_NAMES.map((name) => `# /etc/systemd/system/${name}\n${systemdUnit(name, options)}`);
      context.stdout.write(texts.join('\n'));
    });
  addConfigOptions(command);
  describeUse(
    command,
    ['git-fso generate systemd', 'git-fso generate systemd git-fso-daemon.service >/etc/systemd/system/git-fso-daemon.service'],
    [0, 2],
  );
}

/** `git-fso generate`: files for other programs. */
export function registerGenerate(program: Command, context: CliContext): void {
  const generate = program
    .command('generate')
    .summary('print units for systemd, completions, or the man page')
    .description('Prints files for other programs: units for systemd, completions for shells, the man page.');
  registerSystemd(generate, context);
  const completions = generate
    .command('completions')
    .summary('print a completion for a shell')
    .description('Prints a completion for git-fso, which serves git fso in bash as well.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETIONS)))
    .action(async (shell: string) => {
      const text = COMPLETIONS[shell]?.(describeCommand(await context.wholeProgram()));
      context.stdout.write(text ?? '');
    });
  describeUse(completions, ['git-fso generate completions bash >/etc/bash_completion.d/git-fso'], [0, 2]);
  const man = generate
    .command('man')
    .summary('print the man page')
    .description('Prints the man page of git-fso, in the format of man(7). The package installs it, too.')
    .action(async () => {
      context.stdout.write(manPage(describeCommand(await context.wholeProgram()), packageVersion()));
    });
  describeUse(man, ['git-fso generate man | man -l -'], [0, 2]);
}
