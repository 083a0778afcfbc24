import { directoryOf } from '../../storage/durable-file.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import { bytesOfText } from '../../util/byte-string.js';
import { pathWord } from './unit-word.js';
import type { UnitOptions } from './unit-options.js';

const ROOT = 'root';

/** True if something that a service needs is in one of these directories. */
function needsAny({ site, config, program }: UnitOptions, directories: readonly string[]): boolean {
  const metrics = site.metricsFile === null ? [] : [site.metricsFile];
  const paths = [site.location.root, ...metrics, ...site.roots.map(({ path }) => path), bytesOfText(config), ...program.map(bytesOfText)];
  return paths.some((path) => directories.some((directory) => isAtOrBelow(path, directory)));
}

/** Whom a service runs as, and what he may beyond what his user may. */
function rights(user: string): string[] {
  if (user === ROOT) {
    return [
      '# Reads what belongs to anybody, and gives new shadow directories the group of the real ones. A user of its own needs less.',
      'CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER',
    ];
  }
  return [
    '# Not root: a user who may read everything, and write what is his.',
    `User=${user}`,
    `Group=${user}`,
    'AmbientCapabilities=CAP_DAC_READ_SEARCH',
    'CapabilityBoundingSet=CAP_DAC_READ_SEARCH',
  ];
}

/** What a service may do: read everything, write to the shadow root, and to where metrics go. */
export function sandbox(options: UnitOptions): string[] {
  const { site, user } = options;
  const metrics = site.metricsFile === null ? [] : [directoryOf(site.metricsFile)];
  const hasHooks = site.roots.some(({ onChange }) => onChange.length > 0);
  return [
    ...rights(user),
    '# The real directories are only read; records go to the shadow root.',
    'ProtectSystem=strict',
    `ReadWritePaths=${[site.location.root, ...metrics].map(pathWord).join(' ')}`,
    `ProtectHome=${needsAny(options, ['/home', '/root', '/run/user']) ? 'read-only' : 'yes'}`,
    // A private /tmp would hide what is there; git-fso needs some place for temporary files.
    ...(needsAny(options, ['/tmp', '/var/tmp']) ? ['RuntimeDirectory=%N', 'Environment=TMPDIR=%t/%N'] : ['PrivateTmp=yes']),
    'NoNewPrivileges=yes',
    // Commands of onChange may want to tell somebody.
    ...(hasHooks
      ? ['# Commands of onChange run in here, too: allow them what they need.']
      : ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX']),
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
    // Directories that have the group of the real ones hand it on.
    ...(site.shadowMode === 'mirror' ? [] : ['RestrictSUIDSGID=yes']),
    'RemoveIPC=yes',
    'KeyringMode=private',
    '# Not MemoryDenyWriteExecute, since JavaScript is compiled in memory; not PrivateUsers, which would take the right to read away.',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
    'UMask=0077',
  ];
}
