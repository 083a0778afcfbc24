import type { InitLimits, Limit } from '../discovery/init-limits.js';
import type { ChangeHook } from '../rescan/types.js';
import { textOfBytes } from '../util/byte-string.js';
import { formatDuration } from '../util/durations.js';
import { formatSize } from './sizes.js';
import type { Config, RootConfig } from './types.js';

const INDENT = '  ';

/** What was understood, as text of several lines, for `git-fso config check`. Paths are not escaped. */
export function describeConfig(config: Config): string {
  const { location, shadowMode, timeZone, gc, metricsFile } = config;
  const lines = [
    `file: ${config.file}`,
    `shadow root: ${textOfBytes(location.root)}`,
    ...(location.trimHostRoot === '' ? [] : [`removed from real paths: ${textOfBytes(location.trimHostRoot)}`]),
    `mode of shadow directories: ${shadowMode === null ? 'like the real directories' : shadowMode.toString(8).padStart(4, '0')}`,
    `time zone: ${timeZone ?? 'of the system'}`,
    `repos at the same time: ${config.jobs}, on one device ${config.jobsPerDevice}`,
    `wait for locks: ${formatDuration(config.waitMs)}`,
    `gc from: ${gc.looseObjects} loose objects, ${gc.packs} packs, or ${gc.growth} times the biggest pack in others`,
    `metrics: ${metricsFile === null ? 'none' : textOfBytes(metricsFile)}`,
    `roots: ${config.roots.length}`,
  ];
  return `${[...lines, ...config.roots.flatMap(describeRoot)].join('\n')}\n`;
}

function describeRoot(root: RootConfig): string[] {
  const { naming, initPolicy, initLimits, schedule, shaLimit } = root;
  const path = textOfBytes(root.path);
  const policy = initPolicy?.entries.map(({ tracking, glob }) => `${tracking} ${glob}`);
  const times = root.facets.map((facet) => `${facet} ${schedule.get(facet)?.text ?? (schedule.size === 0 ? 'no schedule' : 'never')}`);
  const jitter = root.jitterSeconds === 0 ? '' : `, up to ${formatDuration(root.jitterSeconds * 1000)} later`;
  const details = [
    `naming rule: ${naming.rule}${naming.rule === 'default' ? ' (every direct subdirectory)' : ''}`,
    ...naming.settings.map((line) => INDENT + line),
    `init policy:${policy === undefined ? ' enter-subdirs for all' : ''}`,
    ...(policy === undefined ? [] : [...policy, 'ignore-most for all others'].map((line) => INDENT + line)),
    `init limits: ${describeLimit(initLimits)}`,
    ...describePathLimits(initLimits).map((line) => INDENT + line),
    `facets: ${root.facets.join(', ')}`,
    `due: ${times.join('; ')}${jitter}`,
    ...(root.jobs === null ? [] : [`repos at the same time: ${root.jobs}`]),
    ...(shaLimit.timeMs === null && shaLimit.bytes === null ? [] : [`one run of sha: ${describeShaLimit(root)}`]),
    ...root.onChange.map((hook) => `on change: ${describeHook(hook)}`),
  ];
  return [`root ${path}${root.name === path ? '' : ` (${root.name})`}`, ...details.map((line) => INDENT + line)];
}

function describeLimit({ maxFiles, maxBytes }: Limit): string {
  if (maxFiles === 0 && maxBytes === 0) return 'none';
  const files = maxFiles === 0 ? [] : [`${formatSize(maxFiles)} files`];
  const bytes = maxBytes === 0 ? [] : [`${formatSize(maxBytes)} bytes`];
  return [...files, ...bytes].join(', ');
}

function describePathLimits({ repoLimits, prefixLimits }: InitLimits): string[] {
  return [
    ...repoLimits.map((limit) => `repo ${textOfBytes(limit.path)}: ${describeLimit(limit)}`),
    ...prefixLimits.map((limit) => `at or below ${textOfBytes(limit.path)}: ${describeLimit(limit)}`),
  ];
}

function describeShaLimit({ shaLimit: { timeMs, bytes } }: RootConfig): string {
  const time = timeMs === null ? [] : [formatDuration(timeMs)];
  const amount = bytes === null ? [] : [`${formatSize(bytes)} bytes`];
  return `at most ${[...time, ...amount].join(' or ')}`;
}

function describeHook(hook: ChangeHook): string {
  const what = hook.kind === 'shell' ? hook.shell : hook.command.map((word) => JSON.stringify(word)).join(' ');
  return `${what} (for ${formatDuration(hook.timeoutMs)} at most)`;
}
