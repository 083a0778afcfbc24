import { lstatSync } from 'node:fs';
import { zoneNameOf } from '../../util/time/system-zone.js';

const DIRECTORY = '/usr/share/zoneinfo';
const LOCAL_TIME = '/etc/localtime';

/** Node follows the link as libc does, and costs nothing then; a copy it may not recognize. */
function isLink(): boolean {
  return lstatSync(LOCAL_TIME, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/**
 * Has Node, and the programs that it starts, use the time zone that libc finds for `TZ` and /etc/localtime.
 * @param env what commands take for the environment of the process
 * @throws UsageError if there is none that is known here
 */
export function useSystemZone(env: NodeJS.ProcessEnv): void {
  const tz = env['TZ'];
  if (tz === undefined && isLink()) return;
  const name = zoneNameOf(tz, { directory: env['TZDIR'] ?? DIRECTORY, localTime: LOCAL_TIME });
  if (name === tz) return;
  env['TZ'] = name;
  // Setting it has Node forget what it has understood before.
  process.env['TZ'] = name;
}
