import { existsSync } from 'node:fs';
import type { ReinitOptions } from '../facets/reinit.js';
import { isAtOrBelow } from '../shadow/locate.js';
import { FsoError } from '../util/errors.js';
import type { ConfigFlags } from './config-options.js';
import { configFileOf, loadSite } from './config-options.js';
import type { CliContext } from './context.js';

/**
 * Applies the init limits of the root that a realdir is in to a switch of its subdir tracking. No
 * limit holds outside of all roots, and where there is no configuration and none was asked for.
 */
export function limitGuard(context: CliContext, flags: Pick<ConfigFlags, 'config'>): NonNullable<ReinitOptions['beforeSwitch']> {
  return async ({ realdir }, tracking) => {
    const isWanted = flags.config !== undefined || context.env['GIT_FSO_CONFIG'] !== undefined;
    if (!isWanted && !existsSync(configFileOf(context, flags))) return;
    const { roots } = await loadSite(context, flags);
    const root = roots.find(({ path }) => isAtOrBelow(realdir, path));
    if (root === undefined) return;
    const { checkInitLimits } = await import('../discovery/init-limits.js');
    const violation = await checkInitLimits(root.initLimits, realdir, tracking, context.signal);
    if (violation === null) return;
    throw new FsoError(`subdir tracking limits violation: ${violation}`, {
      remedy: 'choose another subdir tracking, or raise initLimits in the configuration',
    });
  };
}
