import type { Command } from 'commander';
import { selectRoots } from '../../config/select-roots.js';
import type { Config } from '../../config/types.js';
import { textOfBytes } from '../../util/byte-string.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';
import { openTrace } from './trace.js';
import { DEFAULTS } from '../../defaults.js';

/** Options of commands that work on all configured repos. */
export interface ConfigFlags {
  readonly config?: string;
  readonly root?: readonly string[];
}

/** Adds `--config`, and `--root` to select roots. */
export function addConfigOptions(command: Command): void {
  command
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULTS.configFile})`)
    .option('--root <path...>', 'only these roots, by path or name');
}

/** The configuration file to use. */
export function configFileOf(context: CliContext, flags: Pick<ConfigFlags, 'config'>): string {
  const { GIT_FSO_CONFIG: named = '' } = context.env;
  // An empty variable is as good as none, as for most programs.
  const file = flags.config ?? (named === '' ? DEFAULTS.configFile : named);
  return textOfBytes(absolutePath(context, file));
}

/**
 * Loads the configuration, with the roots that were asked for; its `wait` holds unless `--wait` is
 * given.
 * @throws ConfigError with all mistakes
 */
export async function loadSite(context: CliContext, flags: ConfigFlags): Promise<Config> {
  const { loadConfig } = await import('../../config/load.js');
  const config = loadConfig(configFileOf(context, flags));
  context.waitMs ??= config.waitMs;
  openTrace(context, config.roots.map(({ path }) => path));
  if (flags.root === undefined) return config;
  return selectRoots(config, flags.root, (word) => absolutePath(context, word), '--root');
}
