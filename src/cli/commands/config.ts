import type { Command } from 'commander';
import type { ConfigFlags } from '../options/config-options.js';
import { configFileOf } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { safeText } from '../../util/text/safe-text.js';
import { DEFAULTS } from '../../defaults.js';

/** `git-fso config`: looks at the configuration. */
export function registerConfig(program: Command, context: CliContext): void {
  const config = program.command('config').summary('check the configuration');
  const check = config
    .command('check')
    .summary('print what was understood, or every mistake')
    .description('Reads the configuration and prints what was understood, or every mistake with line and column.')
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile})`)
    .action(async (flags: ConfigFlags) => {
      const { loadConfig } = await import('../../config/load.js');
      const { describeConfig } = await import('../../config/describe.js');
      const { problemText } = await import('../../config/yaml/problems.js');
      const site = loadConfig(configFileOf(context, flags), 'real');
      context.stdout.write(describeConfig(site));
      for (const problem of site.warnings) context.stderr.write(`warning: ${safeText(problemText(site.file, problem))}\n`);
    });
  describeUse(check, ['git-fso config check --config git-fso.yml'], [0, 2]);
  const schema = config
    .command('schema')
    .summary('print the JSON schema, for editors')
    .description('Prints the JSON schema of the configuration, with which editors complete and check it.')
    .action(async () => {
      const { configJsonSchema } = await import('../../config/schema/json-schema.js');
      context.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    });
  describeUse(schema, ['git-fso config schema >git-fso.schema.json'], [0]);
}
