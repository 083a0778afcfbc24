import type { Command } from 'commander';
import { Daemon } from '../../rescan/schedule/daemon.js';
import { asError } from '../../rescan/context.js';
import type { ConfigFlags } from '../options/config-options.js';
import { configFileOf, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { daemonDisplay } from '../render/rescan/daemon-display.js';
import { describeUse } from '../help.js';
import { DEFAULTS } from '../../defaults.js';

interface DaemonFlags extends Pick<ConfigFlags, 'config'> {
  readonly once?: boolean;
  readonly json?: boolean;
}

/** `git-fso daemon`: does what is due, when it is due. */
export function registerDaemon(program: Command, context: CliContext): void {
  const command = program
    .command('daemon')
    .summary('stay and do what is due by the schedules')
    .description(
      'Stays and does what is due by the schedules of the configuration, and looks for new repos. ' +
        'SIGHUP has it read the configuration again. The first SIGTERM or SIGINT has it finish the repos ' +
        'in flight, while another daemon may start already; the second one ends it at once.',
    )
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile})`)
    .option('--once', 'end when nothing is due')
    .option('--json', 'write one JSON object a line to standard output, instead of a log to standard error')
    .action(async (flags: DaemonFlags) => {
      // Who starts a second daemon wants to know that, rather than wait.
      const daemonWaitMs = context.waitMs ?? 0;
      const show = daemonDisplay(context, flags.json === true);
      const { config } = flags;
      const load = (): ReturnType<typeof loadSite> =>
        loadSite(context, { config: configFileOf(context, config === undefined ? {} : { config }) });
      const site = await load();
      const options = { ...runOptionsOf(context, 'daemon'), stop: context.soften(), once: flags.once === true, daemonWaitMs };
      // Whatever it was started in can be unmounted.
      process.chdir('/');
      const daemon = await Daemon.start(site, options, show);
      const reload = async (): Promise<void> => {
        try {
          daemon.reload(await load());
        } catch (error) {
          show({ type: 'config-error', error: asError(error) });
        }
      };
      const onHangup = (): void => void reload();
      process.on('SIGHUP', onHangup);
      try {
        await daemon.run();
      } finally {
        process.off('SIGHUP', onHangup);
      }
    });
  describeUse(command, ['git-fso daemon --config /etc/git-fso.yml', 'git-fso daemon --once'], [0, 1, 2, 4], {
    0: 'stopped; what failed meanwhile is a problem: git-fso list --problems',
    1: 'a second signal ended it at once, or its output was lost',
  });
}
