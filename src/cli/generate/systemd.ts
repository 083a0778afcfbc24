import { isAtOrBelow } from '../../shadow/locate.js';
import type { Root, Site } from '../../rescan/types.js';
import { bytesOfText, textOfBytes } from '../../util/byte-string.js';

/** What units are made for. */
export interface UnitOptions {
  readonly site: Site;
  /** Absolute path of the configuration. */
  readonly config: string;
  /** Words that run git-fso; the first one is an absolute path. */
  readonly program: readonly string[];
}

/** The units, by the name of their file. */
export const UNIT_NAMES = ['git-fso.service', 'git-fso.timer', 'git-fso-daemon.service'] as const;

export type UnitName = (typeof UNIT_NAMES)[number];

/** A timer that comes more often finds nothing due. */
const MOST_MINUTES = 10;

/** A word in a unit: systemd.syntax(7), systemd.unit(5) about specifiers. */
function word(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s'"\\;]/.test(text) ? `"${escaped}"` : escaped;
}

/** A word of a command line, where a dollar stands for a variable. */
const commandWord = (text: string): string => word(text).replaceAll('$', '$$$$');

/** True if something that a service needs is in one of these directories. */
function needsAny({ site, config, program }: UnitOptions, directories: readonly string[]): boolean {
  const paths = [site.location.root, ...site.roots.map(({ path }) => path), bytesOfText(config), ...program.map(bytesOfText)];
  return paths.some((path) => directories.some((directory) => isAtOrBelow(path, directory)));
}

/** What a service may do: read everything, write to the shadow root only. */
function sandbox(options: UnitOptions): string[] {
  const { site } = options;
  const { root } = site.location;
  const metrics = site.metricsFile === null ? [] : [site.metricsFile.slice(0, site.metricsFile.lastIndexOf('/')) || '/'];
  const hasHooks = site.roots.some(({ onChange }) => onChange.length > 0);
  return [
    '# The real directories are only read; records go to the shadow root.',
    'ProtectSystem=strict',
    `ReadWritePaths=${[root, ...metrics].map((path) => word(textOfBytes(path))).join(' ')}`,
    ...(needsAny(options, ['/home', '/root', '/run/user']) ? [] : ['ProtectHome=yes']),
    ...(needsAny(options, ['/tmp', '/var/tmp']) ? [] : ['PrivateTmp=yes']),
    '# Reads what belongs to anybody, and gives new shadow directories the group of the real ones.',
    'CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER',
    'NoNewPrivileges=yes',
    // Commands of onChange may want to tell somebody.
    ...(hasHooks ? ['# Commands of onChange run in here, too: allow them what they need.'] : ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX']),
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'LockPersonality=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
    'UMask=0022',
  ];
}

function service(options: UnitOptions, description: string, command: readonly string[], rest: readonly string[]): string[] {
  const { site, config, program } = options;
  return [
    '[Unit]',
    `Description=${description}`,
    'Documentation=man:git-fso(1)',
    // Without requiring the roots: one that is not mounted is reported, and the others are recorded.
    'After=local-fs.target remote-fs.target',
    `RequiresMountsFor=${word(textOfBytes(site.location.root))}`,
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
  const intervals = roots.flatMap(({ schedule }) => [...schedule.values()]).map((schedule) => (schedule.kind === 'every' ? schedule.intervalMs / 60_000 : MOST_MINUTES));
  const shortest = Math.min(...intervals, MOST_MINUTES);
  // A calendar of minutes is even only if they divide the hour.
  return [10, 6, 5, 4, 3, 2].find((minutes) => minutes <= shortest) ?? 1;
}

const UNITS: Readonly<Record<UnitName, (options: UnitOptions) => string[]>> = {
  'git-fso.service': (options) =>
    service(options, 'Record what changed in real directories, as far as it is due', ['rescan', '--due'], [
      'Type=oneshot',
      '# Paths that could not be read, and locks, are no reason for an alarm: git-fso list --problems tells.',
      'SuccessExitStatus=3 4',
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
      'RestartPreventExitStatus=2 4',
    ]),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ],
};

/** The text of a unit. */
export function systemdUnit(name: UnitName, options: UnitOptions): string {
  return UNITS[name](options).map((line) => `${line}\n`).join('');
}
