import type { Root } from '../../rescan/site.js';
import { sandbox } from './sandbox.js';
import { commandWord, pathWord } from './unit-word.js';
import type { UnitOptions } from './unit-options.js';
import { ExitStatus } from '../exit-status.js';

/** The units, by the name of their file, and the user that they need. */
export const UNIT_NAMES = ['git-fso.service', 'git-fso.timer', 'git-fso-daemon.service', 'git-fso.sysusers'] as const;

export type UnitName = (typeof UNIT_NAMES)[number];

/** A timer that comes more often finds nothing due. */
const MOST_MINUTES = 10;

function service(options: UnitOptions, description: string, command: readonly string[], rest: readonly string[]): string[] {
  const { site, config, program } = options;
  return [
    '[Unit]',
    `Description=${description}`,
    'Documentation=man:git-fso(1)',
    // Without requiring the roots: one that is not mounted is reported, and the others are recorded.
    'After=local-fs.target remote-fs.target',
    `RequiresMountsFor=${pathWord(site.location.root)}`,
    '',
    '[Service]',
    ...rest,
    `ExecStart=${[...program, ...command, '--config', config].map(commandWord).join(' ')}`,
    '# A run finishes the repos in flight when it is stopped; Git that it has started must not be stopped first.',
    'KillMode=mixed',
    'TimeoutStopSec=1h',
    'Nice=10',
    'IOSchedulingClass=idle',
    ...sandbox(options),
  ];
}

/** How often to look for what is due: as often as the most frequent schedule, or more often. */
function minutesOf(roots: readonly Root[]): number {
  const intervals = roots
    .flatMap(({ schedule }) => [...schedule.values()])
    .map((schedule) => (schedule.kind === 'every' ? schedule.intervalMs / 60_000 : MOST_MINUTES));
  const shortest = Math.min(...intervals, MOST_MINUTES);
  // A calendar of minutes is even only if they divide the hour.
  return [10, 6, 5, 4, 3, 2].find((minutes) => minutes <= shortest) ?? 1;
}

const UNITS: Readonly<Record<UnitName, (options: UnitOptions) => string[]>> = {
  'git-fso.service': (options) =>
    service(options, 'Record what changed in real directories, as far as it is due', ['rescan', '--due'], [
      'Type=oneshot',
      '# Paths that could not be read, and locks, are no reason for an alarm: git-fso list --problems tells.',
      `SuccessExitStatus=${ExitStatus.partial} ${ExitStatus.locked}`,
    ]),
  'git-fso.timer': ({ site }) => [
    '[Unit]',
    'Description=Look for real directories that are due to be recorded',
    '',
    '[Timer]',
    `OnCalendar=*:0/${minutesOf(site.roots)}`,
    'RandomizedDelaySec=30',
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ],
  'git-fso-daemon.service': (options) => [
    ...service(options, 'Record what changes in real directories', ['daemon'], [
      'Type=exec',
      'ExecReload=/bin/kill -HUP $MAINPID',
      'Restart=on-failure',
      'RestartSec=1min',
      '# There is another one, or the configuration is wrong: trying again does not help.',
      `RestartPreventExitStatus=${ExitStatus.usage} ${ExitStatus.locked}`,
    ]),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ],
  'git-fso.sysusers': ({ user }) => [`u ${user} - "Records what is in real directories" /nonexistent /usr/sbin/nologin`],
};

/** Where systemd looks for a unit, or for the description of a user. */
export function unitPath(name: UnitName): string {
  return name === 'git-fso.sysusers' ? '/etc/sysusers.d/git-fso.conf' : `/etc/systemd/system/${name}`;
}

/** The text of a unit. */
export function systemdUnit(name: UnitName, options: UnitOptions): string {
  return UNITS[name](options).map((line) => `${line}\n`).join('');
}
