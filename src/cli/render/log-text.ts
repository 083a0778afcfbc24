import type { LogEntry } from '../../history/changes/log.js';
import type { ByteString } from '../../util/byte-string.js';
import { safePath } from '../../util/text/safe-text.js';
import { localIsoTime } from '../../util/time/time.js';
import { CHANGE_LETTERS, kindText, sizesText } from './change-text.js';
import type { Palette } from './palette.js';
import { rfc3339 } from './timestamp.js';

const SHOWN_DIGITS = 12;

/**
 * An entry of a log for people.
 * @param asked the one path that the log is about, if it is about one: its checksums are shown, and those of what has moved; each
 * takes time to look up
 */
export function logLine(entry: LogEntry, palette: Palette, asked: ByteString | null): string {
  const { seconds, change, path, from, before, after, first } = entry;
  const stat = after ?? before;
  const sha256 = change === 'moved' || path === asked ? entry.sums()?.sha256 : undefined;
  const details = [
    ...(stat?.kind !== 'file' || stat.mtime === null ? [] : [`mtime ${rfc3339(stat.mtime)}`]),
    ...(sha256 === undefined ? [] : [`sha256 ${sha256.slice(0, SHOWN_DIGITS)}`]),
    ...(first ? ['first record'] : []),
  ];
  const place = from === null ? safePath(path) : `${safePath(from)} → ${safePath(path)}`;
  const text = `${CHANGE_LETTERS[change]} ${sizesText({ change, before, after })}  ${place}${kindText(entry)}`;
  const more = details.length === 0 ? '' : `  ${palette.paint('faint', `(${details.join(', ')})`)}`;
  return `${localIsoTime(new Date(seconds * 1000))} ${palette.paint(change, text)}${more}`;
}
