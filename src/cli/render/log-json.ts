import type { LogEntry } from '../../history/changes/log.js';
import { localIsoTime } from '../../util/time/time.js';
import type { JsonField } from './json-text.js';
import { jsonPath } from './json-values.js';

/** An entry of a log as JSON. */
export function logJson(entry: LogEntry): JsonField {
  const { seconds, commit, change, kind, path, from, before, after, first } = entry;
  const stat = after ?? before;
  return {
    time: localIsoTime(new Date(seconds * 1000)),
    commit,
    change,
    kind,
    ...jsonPath('path', path),
    ...(from === null ? { from: null } : jsonPath('from', from)),
    size: stat?.size ?? null,
    mtime: stat?.mtime ?? null,
    sha256: entry.sums()?.sha256 ?? null,
    first,
  };
}
