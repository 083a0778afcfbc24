import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { UsageError } from '../errors.js';
import { fixedZone, posixRule } from './posix-zone.js';
import { isTimeZone } from './time-zone.js';

/** Where libc looks: tzset(3). */
export interface ZoneFiles {
  /** Descriptions of zones by name: `TZDIR`, else /usr/share/zoneinfo. */
  readonly directory: string;
  /** The zone of the machine, a link or a copy. */
  readonly localTime: string;
}

/** These have the same names again. */
const VARIANTS = /^(posix|right)\//;

/** Far more than the description of a zone. */
const MAX_ZONE_BYTES = 1 << 20;

function bytesOf(file: string): Buffer | null {
  try {
    const stat = statSync(file);
    // `TZ` may name anything: a FIFO would be waited for.
    return stat.isFile() && stat.size <= MAX_ZONE_BYTES ? readFileSync(file) : null;
  } catch {
    // libc takes what it cannot read for UTC, too.
    return null;
  }
}

/** The rule for the future, in the last line of a file: tzfile(5). */
function footerOf(bytes: Buffer): string | null {
  const lines = bytes.toString('latin1').split('\n');
  return bytes.toString('latin1', 0, 4) === 'TZif' ? posixRule(lines.at(-2) ?? '') : null;
}

/** The first zone whose description is wanted. */
function search(directory: string, isWanted: (bytes: Buffer) => boolean): string | null {
  return Intl.supportedValuesOf('timeZone').find((name) => {
    const bytes = bytesOf(`${directory}/${name}`);
    return bytes !== null && isWanted(bytes);
  }) ?? null;
}

/** A zone with the same rule from now on; in the past it may differ. */
function zoneWithRule(rule: string, directory: string): string | null {
  return fixedZone(rule) ?? search(directory, (bytes) => footerOf(bytes) === rule);
}

/** The name of the zone that a file describes; null if there is no such file, undefined if no zone known here is like it. */
function zoneOfFile(file: string, directory: string): string | null | undefined {
  const bytes = bytesOf(file);
  if (bytes === null || footerOf(bytes) === null) return null;
  const real = realpathSync(file);
  const top = existsSync(directory) ? `${realpathSync(directory)}/` : `${directory}/`;
  const name = real.startsWith(top) ? real.slice(top.length).replace(VARIANTS, '') : '';
  if (name !== '' && isTimeZone(name)) return name;
  const rule = footerOf(bytes);
  return search(directory, (each) => each.equals(bytes)) ?? (rule === null ? null : zoneWithRule(rule, directory)) ?? undefined;
}

/**
 * The time zone that libc, and so Git, finds for a value of `TZ`, as a name that Node knows: Node takes many forms for UTC.
 * @param tz undefined if it is not set
 * @throws UsageError if no zone with that name or rule is known here
 */
export function zoneNameOf(tz: string | undefined, { directory, localTime }: ZoneFiles): string {
  const text = tz?.replace(/^:/, '');
  if (text === '') return 'UTC';
  const isFile = text === undefined || text.startsWith('/');
  const found = zoneOfFile(isFile ? (text ?? localTime) : `${directory}/${text}`, directory);
  if (typeof found === 'string') return found;
  if (found === null && isFile) return 'UTC';
  // Where there are no descriptions, Node has some of its own.
  if (text !== undefined && !existsSync(directory) && isTimeZone(text)) return text;
  const rule = text === undefined ? null : posixRule(text);
  // Whatever makes no sense is UTC for libc.
  if (found === null && rule === null) return 'UTC';
  const zone = rule === null ? null : zoneWithRule(rule, directory);
  if (zone !== null) return zone;
  throw new UsageError(`TZ=${tz ?? ''}: the time zone of ${text ?? localTime} is not known here`, {
    remedy: 'set TZ to a name such as Europe/Berlin',
  });
}
