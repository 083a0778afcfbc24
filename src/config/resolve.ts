import { createNamingRule } from '../discovery/create-naming-rule.js';
import type { InitLimits, Limit, PathLimit } from '../discovery/init-limits.js';
import { InitPolicy, parseInitPolicy } from '../discovery/init-policy.js';
import { parseSchedule } from '../rescan/schedule.js';
import type { ChangeHook } from '../rescan/types.js';
import { DEFAULT_FACETS, RESCAN_FACETS } from '../rescan/types.js';
import { bytesOfText } from '../util/byte-string.js';
import { parseDuration } from '../util/durations.js';
import { parseAbsolutePath } from './absolute-path.js';
import { DEFAULTS } from './defaults.js';
import { patternTexts } from './patterns-block.js';
import type { ConfigFile } from './schema.js';
import { parseShadowMode } from './shadow-mode.js';
import { parseSize } from './sizes.js';
import type { Config, RootConfig } from './types.js';

type RootFile = ConfigFile['roots'][number];
type LimitsFile = NonNullable<RootFile['initLimits']>;
type LimitFile = Pick<LimitsFile, 'maxFiles' | 'maxSize' | 'maxBytes'>;

/** Turns what a file says, which must have passed all checks, into values, and adds the defaults. */
export function resolveConfig(path: string, file: ConfigFile): Config {
  const { trimHostRoot, shadowMode, metrics, jobs = DEFAULTS.jobs } = file;
  return {
    file: path,
    location: { root: bytesOf(file.shadow), trimHostRoot: trimHostRoot === undefined ? '' : bytesOf(trimHostRoot) },
    shadowMode: shadowMode === undefined ? null : parseShadowMode(shadowMode),
    roots: file.roots.map(resolveRoot),
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
  };
}

function bytesOf(path: string): string {
  return bytesOfText(parseAbsolutePath(path));
}

function textsOf(value: string | readonly string[]): readonly string[] {
  return patternTexts(value).map(({ text }) => text);
}

function resolveRoot(root: RootFile): RootConfig {
  const path = parseAbsolutePath(root.path);
  const { initPolicy, shaLimit, onChange = [] } = root;
  const facets = root.facets ?? DEFAULT_FACETS;
  return {
    path: bytesOfText(path),
    name: root.name ?? path,
    ...resolveNaming(root, path),
    initPolicy: initPolicy === undefined ? null : new InitPolicy(bytesOfText(path), parseInitPolicy(textsOf(initPolicy)).entries),
    initLimits: resolveLimits(root.initLimits ?? {}),
    // In the order in which they depend on one another, whatever the order in the file is.
    facets: RESCAN_FACETS.filter((facet) => facets.includes(facet)),
    schedule: resolveSchedule(root.schedule ?? {}),
    jitterSeconds: parseDuration(root.jitter ?? DEFAULTS.jitter) / 1000,
    shaLimit: {
      timeMs: shaLimit?.time === undefined ? null : parseDuration(shaLimit.time),
      bytes: shaLimit?.bytes === undefined ? null : parseSize(shaLimit.bytes),
    },
    onChange: onChange.map(resolveHook),
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

function resolveHook({ command, shell = '', timeout }: NonNullable<RootFile['onChange']>[number]): ChangeHook {
  const timeoutMs = parseDuration(timeout ?? DEFAULTS.hookTimeout);
  return command === undefined ? { kind: 'shell', shell, timeoutMs } : { kind: 'command', command, timeoutMs };
}
