import type { InitLimits } from '../discovery/policy/init-limits.js';
import type { Limit } from '../discovery/policy/limit.js';
import type { AlarmMeasure } from '../rescan/alarm/alarm.js';
import type { RootLimits } from '../rescan/guard/limits.js';
import type { ChangeHook, ReadLimit } from '../rescan/site.js';
import type { ShadowMode } from '../shadow/access/access.js';
import { CLOSED } from '../shadow/access/access.js';
import { textOfBytes } from '../util/byte-string.js';
import { formatDuration } from '../util/time/durations.js';
import { DEFAULTS } from '../defaults.js';
import { formatShare } from '../util/text/format-share.js';
import { safeText } from '../util/text/safe-text.js';
import { currentZone } from '../util/time/time-zone.js';
import { formatSize } from './values/sizes.js';
import type { Config, RootConfig } from './types.js';

const INDENT = '  ';

/** What was understood, as text of several lines, for `git-fso config check`. */
export function describeConfig(config: Config): string {
  const { location, shadowMode, timeZone, gc, metricsFile, report } = config;
  const lines = [
    `file: ${config.file}`,
    `shadow root: ${textOfBytes(location.root)}`,
    ...(location.trimHostRoot === '' ? [] : [`removed from real paths: ${textOfBytes(location.trimHostRoot)}`]),
    `mode of shadow directories: ${describeShadowMode(shadowMode)}`,
    `time zone: ${timeZone ?? `${currentZone()}, of the system`}`,
    `repos at the same time: ${config.jobs}, on one device ${config.jobsPerDevice}`,
    `wait for locks: ${formatDuration(config.waitMs)}`,
    `gc from: ${gc.looseObjects} loose objects, ${gc.packs} packs, or ${gc.growth} times the biggest pack in others`,
    `metrics: ${metricsFile === null ? 'none' : textOfBytes(metricsFile)}`,
    ...(report === null ? [] : [`reports: ${report.schedule.text} to ${textOfBytes(report.output)}`]),
    `roots: ${config.roots.length}`,
  ];
  return [...lines, ...config.roots.flatMap(describeRoot)].map((line) => `${safeText(line)}\n`).join('');
}

function describeShadowMode(mode: ShadowMode): string {
  if (mode === 'mirror') return 'like the real directories, without write access for group and others';
  return `${mode.toString(8).padStart(4, '0')}${mode === CLOSED ? ', closed to group and others' : ''}`;
}

function describeRoot(root: RootConfig): string[] {
  const { naming, initPolicy, initLimits, schedule } = root;
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
    ...(root.entersFuse === true ? ['FUSE filesystems below it: entered'] : []),
    `facets: ${root.facets.join(', ')}`,
    `due: ${times.join('; ')}${jitter}`,
    `summaries: ${root.summaries?.text ?? DEFAULTS.summaries}`,
    ...(root.isIndexed === true ? ['index: kept current'] : []),
    ...(root.jobs === null ? [] : [`repos at the same time: ${root.jobs}`]),
    `limits of a run: ${describeLimits(root.limits)}`,
    `one run of sha: ${describeReadLimit(root.shaLimit)}`,
    ...(root.facets.includes('verify')
      ? [`one run of verify: ${describeReadLimit(root.verifyLimit)}; all in ${formatDuration(root.verifyCycleMs)}`]
      : []),
    ...(root.alarm === null ? [] : [`alarm: ${describeAlarm(root.alarm)}`]),
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

function describeLimits({ newRepos, readme, ignoreSteps, warnings }: RootLimits): string {
  const text = (value: number, what: string): string => `${what} ${value === 0 ? 'without limit' : formatSize(value)}`;
  return [text(newRepos, 'new repos'), text(readme, 'readme'), text(ignoreSteps, 'ignore steps'), text(warnings, 'warnings')].join(', ');
}

function describeReadLimit({ timeMs, bytes }: ReadLimit): string {
  if (timeMs === null && bytes === null) return 'without limit';
  const time = timeMs === null ? [] : [formatDuration(timeMs)];
  const amount = bytes === null ? [] : [`${formatSize(bytes)} bytes`];
  return `at most ${[...time, ...amount].join(' or ')}`;
}

function describeAlarm(measure: AlarmMeasure): string {
  if (measure === 'usual') return 'by the past of each repo';
  const parts = (['deleted', 'modified'] as const).flatMap((change) => {
    const share = measure[change];
    return share === null ? [] : [`${change} ${formatShare(share)}`];
  });
  return `${parts.join(', ')} of the files`;
}

function describeHook(hook: ChangeHook): string {
  const what = hook.kind === 'shell' ? hook.shell : hook.command.map((word) => JSON.stringify(word)).join(' ');
  return `${what} (for ${formatDuration(hook.timeoutMs)} at most)`;
}
