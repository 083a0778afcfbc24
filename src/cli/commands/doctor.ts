import type { Command } from 'commander';
import { diagnoseConfig } from '../../config/diagnose-config.js';
import type { Finding } from '../../rescan/doctor/finding.js';
import { groupFindings } from '../../rescan/doctor/group.js';
import { currentZone } from '../../util/time/time-zone.js';
import type { ConfigFlags } from '../options/config-options.js';
import { addConfigOptions, configFileOf, loadSite } from '../options/config-options.js';
import type { CliContext } from '../context.js';
import { describeUse } from '../help.js';
import { jsonLine } from '../render/json-text.js';
import { findingsText } from '../render/findings-text.js';
import { formatCount } from '../../util/text/quantities.js';
import { statusOfDone } from '../exit-status.js';

function zoneText({ name, isConfigured }: { readonly name: string; readonly isConfigured: boolean }): string {
  return `times of schedules are those of ${name}, ${isConfigured ? 'as configured' : 'the time zone of the system'}\n`;
}

function isFault({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity !== 'note';
}

/** `git-fso doctor`: says what is wrong with an installation, and what to do. */
export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .summary('say what is wrong with the installation, and what to do')
    .description(
      'Checks the configuration, programs, permissions, free space, roots, shadow repos, schedules and clocks. ' +
        'Each finding says what to do; what has one cause is one finding, of which --json lists every case. Changes nothing.',
    )
    .option('--json', 'write one JSON object a line')
    .action(async (flags: ConfigFlags & { readonly json?: boolean }) => {
      const site = await loadSite(context, flags);
      const zone = { name: site.timeZone ?? currentZone(), isConfigured: site.timeZone !== null };
      context.stdout.write(flags.json === true ? jsonLine({ type: 'time-zone', ...zone }) : zoneText(zone));
      const findings: Finding[] = [];
      const tell = (finding: Finding): void => {
        findings.push(finding);
        const { severity, subject, message, remedy } = finding;
        if (flags.json === true) context.stdout.write(jsonLine({ type: 'finding', severity, subject, message, remedy }));
      };
      for await (const finding of diagnoseConfig(site, configFileOf(context, flags), context.env['PATH'] ?? '', context.signal))
        tell(finding);
      context.exitStatus = statusOfDone({ isFaulty: findings.some(isFault) });
      if (flags.json === true) return;
      const groups = groupFindings(findings);
      for (const group of groups) context.stdout.write(findingsText(group));
      const faults = groups.filter(isFault).length;
      context.stdout.write(faults === 0 ? 'nothing found\n' : `${formatCount(faults, 'finding')}\n`);
    });
  addConfigOptions(command);
  describeUse(command, ['git-fso doctor --config /etc/git-fso.yml'], [0, 1, 2], { 0: 'nothing found', 1: 'something found' });
}
