import { existsSync } from 'node:fs';
import type { Config } from '../config/types.js';
import { Ground } from '../history/places/ground.js';
import type { Place } from '../history/places/place.js';
import { placeOf } from '../history/places/place.js';
import type { Use } from '../rescan/guard/open-named.js';
import { gateFor, openNamed } from '../rescan/guard/open-named.js';
import type { Gate } from '../shadow/gate/gate.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { ByteString } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import type { ConfigFlags } from './options/config-options.js';
import { configFileOf, loadSite } from './options/config-options.js';
import { openTrace } from './options/trace.js';
import type { CliContext } from './context.js';

type ConfigFlag = Pick<ConfigFlags, 'config'>;

/** The configuration, if there is one that whoever runs may read. */
export async function siteIfAny(context: CliContext, flags: ConfigFlag = {}): Promise<Config | null> {
  if (flags.config === undefined && !existsSync(configFileOf(context, flags))) return null;
  // `wait` of a configuration is for the runs that it describes.
  const { waitMs } = context;
  try {
    return await loadSite(context, flags);
  } catch (error) {
    const isClosed = flags.config === undefined && error instanceof Error && errnoOf(error.cause) === 'EACCES';
    if (isClosed) return null;
    throw error;
  } finally {
    context.waitMs = waitMs;
  }
}

/** A shadow repo, and where in its realdir relative paths start: empty for the realdir. */
export interface OpenedPlace {
  readonly repo: ShadowRepo;
  readonly path: ByteString;
}

/** What the current directory, or `-C`, stands for, and what it has to pass. @throws FsoError if that is not clear */
export async function namedPlace(
  context: CliContext,
  use: Use,
  flags: ConfigFlag = {},
): Promise<Place & { readonly gate: Gate; readonly site: Config | null }> {
  const site = await siteIfAny(context, flags);
  const ground = site === null ? null : new Ground(site.location, site.roots);
  const gate = gateFor(site, use);
  return { ...placeOf(context.directory, ground, gate), gate, site };
}

/** The shadow repo of `namedPlace`. @throws FsoError if there is none, or one that does not pass the gate */
export async function openPlace(context: CliContext, use: Use, flags: ConfigFlag = {}): Promise<OpenedPlace> {
  const { shadow, path, site } = await namedPlace(context, use, flags);
  const repo = openNamed(shadow, site, use);
  openTrace(context, [repo.realdir]);
  return { repo, path };
}

/** The shadow repo of `openPlace`, where paths do not matter. @throws FsoError like `openPlace` */
export async function openShadowRepo(context: CliContext, use: Use, flags: ConfigFlag = {}): Promise<ShadowRepo> {
  return (await openPlace(context, use, flags)).repo;
}
