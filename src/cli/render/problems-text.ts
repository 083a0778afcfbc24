import type { StoredProblem } from '../../shadow/problem-store.js';
import { localIsoTime } from '../../util/time.js';
import { jsonPath } from './json-values.js';
import { formatCount } from './quantities.js';
import { safePath, safeText } from './safe-text.js';

/** A problem that no run has solved yet, as text of some lines. */
export function problemText(problem: StoredProblem): string {
  const { path, part, message, remedy, since, last, count, retryAt } = problem;
  const retry = retryAt === null ? '' : `; scheduled runs try again from ${localIsoTime(retryAt)}`;
  const lines = [
    `${safePath(path)} (${safeText(part)})`,
    `  ${safeText(message)}`,
    ...(remedy === null ? [] : [`  ${safeText(remedy)}`]),
    `  since ${localIsoTime(since)}, ${formatCount(count, 'time')}, last ${localIsoTime(last)}${retry}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A problem as a JSON object. */
export function jsonProblem(problem: StoredProblem): Record<string, unknown> {
  const { path, part, message, remedy, since, last, count, retryAt } = problem;
  return {
    type: 'problem',
    ...jsonPath('path', path),
    part,
    message,
    remedy,
    since: since.toISOString(),
    last: last.toISOString(),
    count,
    retryAt: retryAt?.toISOString() ?? null,
  };
}
