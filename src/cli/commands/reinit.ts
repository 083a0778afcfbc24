import type { Command } from 'commander';
import { reinit } from '../../stub/reinit.js';
import { UsageError } from '../../util/errors.js';
import type { ConfigFlags } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { describeUse } from '../help.js';
import { limitGuard } from '../options/limit-guard.js';
import { safePath } from '../../util/text/safe-text.js';
import { openShadowRepo } from '../open-repo.js';
import { reportProblems } from '../render/facet-text.js';
import { printAppliedStub } from '../render/stub-text.js';
import type { TrackingFlags } from '../options/tracking-options.js';
import { addTrackingOptions, trackingFrom } from '../options/tracking-options.js';
import { DEFAULTS } from '../../defaults.js';

/** `git-fso reinit`: switches the subdir tracking. */
export function registerReinit(program: Command, context: CliContext): void {
  const command = program
    .command('reinit')
    .summary('switch how subdirectories are tracked')
    .description(
      'Rewrites the stub for another way of tracking subdirectories, commits and applies it. Edits of the three ' +
        'stub files are overwritten. With --ignore-most, records of what is not tracked any more are dropped at once.',
    )
    .option(
      '--config <file>',
      `configuration file whose init limits hold (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile} if it exists)`,
    )
    .action(async (flags: TrackingFlags & Pick<ConfigFlags, 'config'>) => {
      const tracking = trackingFrom(flags);
      if (tracking === null) throw new UsageError('no subdir tracking given', { remedy: 'see git-fso reinit --help' });
      const options = { ...runOptionsOf(context, 'reinit'), beforeSwitch: limitGuard(context, flags) };
      const repo = await openShadowRepo(context, 'write', flags);
      const { stub, applied, linesLost, dropped, problems } = await reinit(repo, tracking, options);
      const isDone = stub === null && applied.every(({ commit }) => commit === null);
      context.stdout.write(isDone ? `the subdir tracking is ${tracking} already\n` : `switched to ${tracking}\n`);
      if (!isDone) printAppliedStub(context, applied);
      for (const { file, line } of linesLost) context.stdout.write(`not in ${file} any more: ${safePath(line)}\n`);
      if (linesLost.length > 0) context.stdout.write('  git-fso stub edit takes what is still wanted\n');
      if (dropped > 0) context.stdout.write(`${dropped} records dropped\n`);
      reportProblems(context, { problems, warnings: [] });
    });
  addTrackingOptions(command);
  describeUse(command, ['git-fso reinit --bundle-subdirs && git-fso stat'], [0, 1, 2, 3, 4]);
}
