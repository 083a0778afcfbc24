import { existsSync } from 'node:fs';
import type { ReinitOptions } from '../../stub/reinit.js';
import { refuseBeyondLimits } from '../../rescan/guard/switch-limits.js';
import type { ConfigFlags } from './config-options.js';
import { configFileOf, loadSite } from './config-options.js';
import type { CliContext } from '../context.js';

/**
 * Applies the init limits of the root that a realdir is in to a switch of its subdir tracking. No
 * limit holds outside of all roots, and where there is no configuration and none was asked for.
 */
export function limitGuard(context: CliContext, flags: Pick<ConfigFlags, 'config'>): NonNullable<ReinitOptions['beforeSwitch']> {
  return async ({ realdir }, tracking) => {
    const isWanted = flags.config !== undefined || (context.env['GIT_FSO_CONFIG'] ?? '') !== '';
    if (!isWanted && !existsSync(configFileOf(context, flags))) return;
    const { roots } = await loadSite(context, flags);
    await refuseBeyondLimits(roots, realdir, tracking, context.signal);
  };
}
