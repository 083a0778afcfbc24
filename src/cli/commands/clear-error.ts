import type { Command } from 'commander';
import { ProblemStore } from '../../shadow/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../config-options.js';
import { configFileOf, DEFAULT_CONFIG, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';
import { describeUse } from '../help.js';
import { formatCount } from '../render/quantities.js';
import { safePath } from '../render/safe-text.js';

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
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULT_CONFIG})`)
    .action(async (realdirs: string[], flags: ClearFlags) => {
      if ((flags.all === true) === realdirs.length > 0) throw new UsageError('name directories, or give --all');
      const { config } = flags;
      const site = await loadSite(context, { config: configFileOf(context, config === undefined ? {} : { config }) });
      const store = new ProblemStore(site.location.root);
      const paths = flags.all === true ? [...new Set(store.list().map(({ path }) => path))] : realdirs.map((path) => absolutePath(context, path));
      const cleared = paths.filter((path) => clear(store, path));
      const unknown = paths.find((path) => !cleared.includes(path));
      if (cleared.length > 0 || flags.all === true) context.stdout.write(`${formatCount(cleared.length, 'problem')} forgotten\n`);
      if (unknown !== undefined) {
        throw new FsoError(`${safePath(unknown)}: has no problems`, { remedy: 'see git-fso list --problems' });
      }
    });
  describeUse(command, ['git-fso clear-error /projects/foo', 'git-fso clear-error --all'], [0, 1, 2]);
}

function clear(store: ProblemStore, path: ByteString): boolean {
  if (!store.clear(path)) return false;
  store.requireSaved();
  return true;
}
