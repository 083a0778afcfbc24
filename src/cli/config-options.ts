import type { Command } from 'commander';
import type { Config, RootConfig } from '../config/types.js';
import { UsageError } from '../util/errors.js';
import { textOfBytes } from '../util/byte-string.js';
import type { CliContext } from './context.js';
import { absolutePath } from './context.js';

/** Where the configuration is when nobody says otherwise. */
export const DEFAULT_CONFIG = '/etc/git-fso.yml';

/** Options of commands that work on all configured repos. */
export interface ConfigFlags {
  readonly config?: string;
  readonly root?: readonly string[];
}

/** Adds `--config`, and `--root` to select roots. */
export function addConfigOptions(command: Command): void {
  command
    .option('--config <file>', `configuration file (default: $GIT_FSO_CONFIG, else ${DEFAULT_CONFIG})`)
    .option('--root <path...>', 'only these roots, by path or name');
}

/** The configuration file to use. */
export function configFileOf(context: CliContext, flags: Pick<ConfigFlags, 'config'>): string {
  const file = flags.config ?? context.env['GIT_FSO_CONFIG'] ?? DEFAULT_CONFIG;
  return textOfBytes(absolutePath(context, file));
}

function selectRoots(context: CliContext, config: Config, wanted: readonly string[]): readonly RootConfig[] {
  return wanted.map((word) => {
    const path = absolutePath(context, word);
    const root = config.roots.find((candidate) => candidate.path === path || candidate.name === word);
    if (root !== undefined) return root;
    const known = config.roots.map(({ name }) => name).join(', ');
    throw new UsageError(`--root ${word}: no such root in ${config.file}; there are ${known}`);
  });
}

/**
 * Loads the configuration, with the roots that were asked for; its `wait` holds unless `--wait` is
 * given.
 * @throws ConfigError with all mistakes
 */
export async function loadSite(context: CliContext, flags: ConfigFlags): Promise<Config> {
  const { loadConfig } = await import('../config/load.js');
  const config = loadConfig(configFileOf(context, flags));
  context.waitMs ??= config.waitMs;
  if (flags.root === undefined) return config;
  // Metrics of some roots would take the place of those of all.
  return { ...config, roots: selectRoots(context, config, flags.root), metricsFile: null };
}
