import { loadConfig as load } from '../config/load.js';
import { selectRoots } from '../config/select-roots.js';
import type { Config as CoreConfig } from '../config/types.js';
import type { ConfigProblem } from '../config/yaml/problems.js';
import { bytesOfText, textOfBytes } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import { checkedList, checkedText } from './checked-options.js';
import type { Path } from './inputs.js';
import { absoluteBytesOf } from './inputs.js';

/** A root of a configuration. */
export interface ConfiguredRoot {
  /** Absolute path. */
  readonly path: string;
  readonly name: string;
}

/** A configuration that was read and checked. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute path of the shadow root. */
  readonly shadow: string;
  readonly roots: readonly ConfiguredRoot[];
  /** IANA name of the time zone of schedules; null for that of the system. */
  readonly timeZone: string | null;
  /** What is right, but hardly meant so. */
  readonly warnings: readonly ConfigProblem[];
}

const sites = new WeakMap<Config, CoreConfig>();

function configOf(site: CoreConfig): Config {
  const { file, location, roots, timeZone, warnings } = site;
  const named = roots.map(({ path, name }) => ({ path: textOfBytes(path), name }));
  const config = { file, shadow: textOfBytes(location.root), roots: named, timeZone, warnings };
  sites.set(config, site);
  return config;
}

/**
 * Reads a configuration file.
 * @param file absolute path
 * @throws ConfigError that lists all mistakes with line and column
 */
export function loadConfig(file: Path): Config {
  return configOf(load(textOfBytes(absoluteBytesOf(file))));
}

/**
 * The same configuration with some of its roots only, as `--root` has it; no metrics are written, which would take the
 * place of those of all.
 * @param names names or paths of roots
 * @throws UsageError if there is no such root
 */
export function withRoots(config: Config, names: readonly string[]): Config {
  const words = checkedList(names, 'names').map((name) => checkedText(name, 'the name of a root'));
  return configOf(selectRoots(siteOf(config), words, bytesOfText, 'root'));
}

/** What the core knows a configuration by. @throws UsageError if `loadConfig` has not made it */
export function siteOf(config: Config): CoreConfig {
  const site = sites.get(config);
  if (site !== undefined) return site;
  throw new UsageError('this configuration was not made by loadConfig');
}
