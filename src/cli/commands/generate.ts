import { realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { ConfigFlags } from '../options/config-options.js';
import { addConfigOptions, configFileOf, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import type { CommandInfo } from '../generate/command-tree.js';
import { describeCommand } from '../generate/command-tree.js';
import { bashCompletion } from '../generate/bash.js';
import { fishCompletion } from '../generate/fish.js';
import { manPage } from '../generate/man.js';
import type { UnitName } from '../generate/systemd.js';
import { systemdUnit, UNIT_NAMES, unitPath } from '../generate/systemd.js';
import { zshCompletion } from '../generate/zsh.js';
import { describeUse } from '../help.js';
import { UsageError } from '../../util/errors.js';
import { safeText } from '../../util/text/safe-text.js';
import { notesOnUser } from '../generate/user-notes.js';
import { packageVersion } from '../version.js';
import { DEFAULTS } from '../../defaults.js';

const COMPLETIONS: Readonly<Record<string, (program: CommandInfo) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** As systemd takes them. */
const USER_NAME = /^[a-zA-Z_][\w-]{0,30}$/;

/** Words that run this git-fso, wherever it is installed: a service does not have the PATH of a shell. */
function programWords(): readonly string[] {
  return [process.execPath, realpathSync(process.argv[1] ?? '')];
}

function registerSystemd(generate: Command, context: CliContext): void {
  const command = generate
    .command('systemd')
    .summary('print units for systemd')
    .description(
      'Prints units for systemd, made for the configuration: a service that does what is due, with a timer, ' +
        'and, to be used instead of these, a service for the daemon. They run as a user of their own, who is described for sysusers.d(5).',
    )
    .addArgument(new Argument('[unit]', 'only this unit').choices(UNIT_NAMES))
    .option('--user <name>', 'the user that the services run as', DEFAULTS.user)
    .action(async (unit: UnitName | undefined, flags: ConfigFlags & { readonly user: string }) => {
      const { user } = flags;
      if (!USER_NAME.test(user)) throw new UsageError(`--user: ${JSON.stringify(user)} is not the name of a user`);
      const site = await loadSite(context, flags);
      const options = { site, config: configFileOf(context, flags), program: programWords(), user };
      const isService = unit === undefined || unit.endsWith('.service');
      if (isService) for (const note of notesOnUser(site.location.root, user)) context.stderr.write(`note: ${safeText(note)}\n`);
      if (unit !== undefined) {
        context.stdout.write(systemdUnit(unit, options));
        return;
      }
      const texts = UNIT_NAMES.map((name) => `# ${unitPath(name)}\n${systemdUnit(name, options)}`);
      context.stdout.write(texts.join('\n'));
    });
  addConfigOptions(command);
  describeUse(
    command,
    [
      'git-fso generate systemd',
      'git-fso generate systemd git-fso.sysusers | systemd-sysusers -',
      'git-fso generate systemd git-fso-daemon.service >/etc/systemd/system/git-fso-daemon.service',
    ],
    [0, 2],
  );
}

/** `git-fso generate`: files for other programs. */
export function registerGenerate(program: Command, context: CliContext): void {
  const generate = program
    .command('generate')
    .summary('print units for systemd, completions, the man page, or a JSON schema')
    .description('Prints files for other programs: units for systemd, completions for shells, the man page, the JSON schema of output.');
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
  const schema = generate
    .command('json-schema')
    .summary('print the JSON schema of what commands print with --json')
    .description('Prints the JSON schema (draft 7) of the lines that commands print with --json. The package has it as a file, too.')
    .action(async () => {
      const { outputJsonSchema } = await import('../schema/json-schema.js');
      context.stdout.write(`${JSON.stringify(outputJsonSchema(), null, 2)}\n`);
    });
  describeUse(schema, ['git-fso generate json-schema >git-fso-output.schema.json'], [0, 2]);
}
