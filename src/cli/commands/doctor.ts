import type { Command } from 'commander';
import { diagnose } from '../../rescan/doctor/doctor.js';
import type { Finding } from '../../rescan/doctor/finding.js';
import { ExitStatus } from '../../util/errors.js';
import type { ConfigFlags } from '../config-options.js';
import { addConfigOptions, loadSite } from '../config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { formatCount } from '../render/quantities.js';
import { safeText } from '../render/safe-text.js';

function textOf({ severity, subject, message, remedy }: Finding): string {
  return `${severity}: ${safeText(subject)}: ${safeText(message)}\n  ${safeText(remedy)}\n`;
}

/** `git-fso doctor`: says what is wrong with an installation, and what to do. */
export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .summary('say what is wrong with the installation, and what to do')
    .description(
      'Checks the configuration, programs, permissions, free space, roots, shadow repos, schedules and clocks.\n' +
        'Each finding says what to do. Changes nothing.',
    )
    .option('--json', 'write one JSON object a line')
    .action(async (flags: ConfigFlags & { readonly json?: boolean }) => {
      const site = await loadSite(context, flags);
      let count = 0;
      for await (const finding of diagnose(site, new Date(), context.signal)) {
        count += 1;
        context.stdout.write(flags.json === true ? `${JSON.stringify({ type: 'finding', ...finding })}\n` : textOf(finding));
      }
      if (count > 0) context.exitStatus = ExitStatus.failed;
      if (flags.json !== true) context.stdout.write(count === 0 ? 'nothing found\n' : `${formatCount(count, 'finding')}\n`);
    });
  addConfigOptions(command);
  describeUse(command, ['git-fso doctor --config /etc/git-fso.yml'], [0, 1, 2], { 0: 'nothing found', 1: 'something found' });
}
