import { createNamingRule } from '../discovery/naming-rules/create-naming-rule.js';
import type { InitLimits, PathLimit } from '../discovery/policy/init-limits.js';
import type { Limit } from '../discovery/policy/limit.js';
import { InitPolicy, parseInitPolicy } from '../discovery/policy/init-policy.js';
import type { AlarmMeasure } from '../rescan/alarm/alarm.js';
import type { RootLimits } from '../rescan/guard/limits.js';
import { parseSchedule } from '../rescan/schedule/schedule.js';
import type { ChangeHook, ReadLimit } from '../rescan/site.js';
import type { RescanFacet } from '../shadow/facets.js';
import { RESCAN_FACETS } from '../shadow/facets.js';

import { CLOSED } from '../shadow/access/access.js';
import { bytesOfText } from '../util/byte-string.js';
import { parseDuration } from '../util/time/durations.js';
import { parseAbsolutePath } from './values/absolute-path.js';
import { DEFAULTS } from '../defaults.js';
import { patternTexts } from './yaml/patterns-block.js';
import type { ConfigFile } from './schema/schema.js';
import { parseShadowMode } from './values/shadow-mode.js';
import { parseShare } from './values/shares.js';
import { parseSize } from './values/sizes.js';
import { parseSummaries } from './values/summaries.js';
import type { Config, RootConfig } from './types.js';

type RootFile = ConfigFile['roots'][number];
type LimitsFile = NonNullable<RootFile['initLimits']>;
type LimitFile = Pick<LimitsFile, 'maxFiles' | 'maxSize' | 'maxBytes'>;

/** Turns what a file says, which must have passed all checks, into values, and adds the defaults. */
export function resolveConfig(path: string, file: ConfigFile): Omit<Config, 'warnings'> {
  const { trimHostRoot, shadowMode, metrics, jobs = DEFAULTS.jobs } = file;
  return {
    file: path,
    location: { root: bytesOf(file.shadow), trimHostRoot: trimHostRoot === undefined ? '' : bytesOf(trimHostRoot) },
    shadowMode: shadowMode === undefined ? CLOSED : parseShadowMode(shadowMode),
    roots: file.roots.map((root) => resolveRoot(root, file.index ?? DEFAULTS.index)),
    timeZone: file.timeZone ?? null,
    jobs,
    jobsPerDevice: file.jobsPerDevice ?? jobs,
    waitMs: parseDuration(file.wait ?? DEFAULTS.wait),
    gc: {
      looseObjects: file.gc?.looseObjects ?? DEFAULTS.gc.looseObjects,
      packs: file.gc?.packs ?? DEFAULTS.gc.packs,
      growth: file.gc?.growth ?? DEFAULTS.gc.growth,
    },
    metricsFile: metrics === undefined ? null : bytesOf(metrics.textfile),
    report: file.report === undefined ? null : {
      output: bytesOf(file.report.output),
      periodMs: parseDuration(file.report.since ?? DEFAULTS.reportPeriod),
      schedule: parseSchedule(file.report.schedule),
    },
  };
}

function bytesOf(path: string): string {
  return bytesOfText(parseAbsolutePath(path));
}

function textsOf(value: string | readonly string[]): readonly string[] {
  return patternTexts(value).map(({ text }) => text);
}

/** @param isIndexed unless the root says otherwise */
function resolveRoot(root: RootFile, isIndexed: boolean): RootConfig {
  const path = parseAbsolutePath(root.path);
  const { initPolicy, onChange = [] } = root;
  const facets: readonly RescanFacet[] = root.facets ?? DEFAULTS.facets;
  return {
    path: bytesOfText(path),
    name: root.name ?? path,
    ...resolveNaming(root, path),
    entersFuse: root.fuse === 'enter',
    initPolicy: initPolicy === undefined ? null : new InitPolicy(bytesOfText(path), parseInitPolicy(textsOf(initPolicy)).entries),
    initLimits: resolveLimits(root.initLimits ?? {}),
    // In the order in which they depend on one another, whatever the order in the file is.
    facets: RESCAN_FACETS.filter((facet) => facets.includes(facet)),
    schedule: resolveSchedule(root.schedule ?? {}),
    jitterSeconds: parseDuration(root.jitter ?? DEFAULTS.jitter) / 1000,
    shaLimit: resolveReadLimit(root.shaLimit, DEFAULTS.shaTime),
    verifyLimit: resolveReadLimit(root.verifyLimit, DEFAULTS.verifyTime),
    verifyCycleMs: parseDuration(root.verifyCycle ?? DEFAULTS.verifyCycle),
    limits: resolveRootLimits(root.limits ?? {}),
    summaries: parseSummaries(root.summaries ?? DEFAULTS.summaries),
    onChange: onChange.map(resolveHook),
    alarm: resolveAlarm(root.alarm ?? false),
    isIndexed: root.index ?? isIndexed,
    jobs: root.jobs ?? null,
  };
}

function resolveNaming(root: RootFile, path: string): Pick<RootConfig, 'namingRule' | 'naming'> {
  if (root.patterns !== undefined) {
    const patterns = textsOf(root.patterns);
    const enabledPaths = textsOf(root.enabledPaths ?? []);
    const settings = [...enabledPaths.map((line) => `enabled ${line}`), ...patterns];
    return { namingRule: createNamingRule('PathPatterns', { patterns, enabledPaths }, path), naming: { rule: 'PathPatterns', settings } };
  }
  const { rule, ...others } = root.naming ?? { rule: 'default' };
  const settings = Object.entries(others).flatMap(([key, value]) => [value].flat().map((each) => `${key} ${each}`));
  return { namingRule: createNamingRule(rule, others, path), naming: { rule, settings } };
}

/** @param time where there is no limit at all */
function resolveReadLimit(limit: RootFile['shaLimit'], time: string): ReadLimit {
  return {
    timeMs: limit !== undefined && limit.time === undefined ? null : parseDuration(limit?.time ?? time),
    bytes: limit?.bytes === undefined ? null : parseSize(limit.bytes),
  };
}

function resolveRootLimits(limits: NonNullable<RootFile['limits']>): RootLimits {
  const valueOf = (key: keyof RootLimits): number => parseSize(limits[key] ?? DEFAULTS.limits[key]);
  return { newRepos: valueOf('newRepos'), readme: valueOf('readme'), ignoreSteps: valueOf('ignoreSteps'), warnings: valueOf('warnings') };
}

function resolveLimit({ maxFiles, maxSize, maxBytes }: LimitFile): Limit {
  return { maxFiles: parseSize(maxFiles ?? 0), maxBytes: parseSize(maxSize ?? maxBytes ?? 0) };
}

function resolveLimits(limits: LimitsFile): InitLimits {
  const pathLimit = ({ path, ...limit }: LimitFile & { path: string }): PathLimit => ({ path: bytesOf(path), ...resolveLimit(limit) });
  const { prefixLimits = [], repoLimits = [] } = limits;
  return { ...resolveLimit(limits), prefixLimits: prefixLimits.map(pathLimit), repoLimits: repoLimits.map(pathLimit) };
}

function resolveSchedule(schedule: NonNullable<RootFile['schedule']>): RootConfig['schedule'] {
  return new Map(
    RESCAN_FACETS.flatMap((facet) => {
      const text = schedule[facet];
      return text === undefined ? [] : [[facet, parseSchedule(text)] as const];
    }),
  );
}

function resolveAlarm(alarm: NonNullable<RootFile['alarm']>): AlarmMeasure | null {
  if (typeof alarm === 'boolean') return alarm ? 'usual' : null;
  const { deleted, modified } = alarm;
  return { deleted: deleted === undefined ? null : parseShare(deleted), modified: modified === undefined ? null : parseShare(modified) };
}

function resolveHook({ command, shell = '', timeout }: NonNullable<RootFile['onChange']>[number]): ChangeHook {
  const timeoutMs = parseDuration(timeout ?? DEFAULTS.hookTimeout);
  return command === undefined ? { kind: 'shell', shell, timeoutMs } : { kind: 'command', command, timeoutMs };
}
