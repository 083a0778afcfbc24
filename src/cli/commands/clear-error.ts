import type { Command } from 'commander';
import { clearProblems } from '../../rescan/list/problems.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../options/config-options.js';
import { configFileOf, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';
import { describeUse } from '../help.js';
import { formatCount } from '../../util/text/quantities.js';
import { DEFAULTS } from '../../defaults.js';

interface ClearFlags extends Pick<ConfigFlags, 'config'> {
  readonly all?: boolean;
}

/** `git-fso clear-error`: has scheduled runs try again at once. */
export function registerClearError(program: Command, context: CliContext): void {
  const command = program
    .command('clear-error')
    .summary('forget problems, so that scheduled runs try again at once')
    .description('Forgets the problems of directories, so that scheduled runs try again without waiting.')
    .argument('[realdir...]', 'directories, as git-fso list --problems names them')
    .option('--all', 'forget all problems')
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile})`)
    .action(async (realdirs: string[], flags: ClearFlags) => {
      if ((flags.all === true) === realdirs.length > 0) throw new UsageError('name directories, or give --all');
      context.willRecord();
      const { config } = flags;
      const site = await loadSite(context, { config: configFileOf(context, config === undefined ? {} : { config }) });
      const places = flags.all === true ? null : realdirs.map((path) => absolutePath(context, path));
      const { cleared, unknown } = clearProblems(site, places);
      if (cleared > 0 || flags.all === true) context.stdout.write(`${formatCount(cleared, 'problem')} forgotten\n`);
      if (unknown !== null) {
        throw new FsoError(`${textOfBytes(unknown)}: has no problems`, { remedy: 'see git-fso list --problems' });
      }
    });
  describeUse(command, ['git-fso clear-error /projects/foo', 'git-fso clear-error --all'], [0, 1, 2]);
}
