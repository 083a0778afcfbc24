import type { StoredProblem } from '../../shadow/remembered/problem-store.js';
import { localIsoTime } from '../../util/time/time.js';
import { jsonPath } from './json-values.js';
import { formatCount } from '../../util/text/quantities.js';
import { safePath, safeText } from '../../util/text/safe-text.js';

/** Problems that no run has solved yet; what several parts of a directory have alike is told once. */
export function problemsText(problems: readonly StoredProblem[]): string {
  const groups = new Map<string, StoredProblem[]>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.path, problem.message, problem.remedy]);
    groups.set(key, [...(groups.get(key) ?? []), problem]);
  }
  return [...groups.values()].map(textOfAlike).join('');
}

/** Problems of one directory with the same text: since the first, and as often as the most frequent. */
function textOfAlike(problems: readonly StoredProblem[]): string {
  const [{ path, message, remedy }] = problems as readonly [StoredProblem, ...StoredProblem[]];
  const part = problems.map((problem) => problem.part).join(', ');
  const since = problems.reduce((a, b) => (a.since <= b.since ? a : b)).since;
  const last = problems.reduce((a, b) => (a.last >= b.last ? a : b)).last;
  const count = Math.max(...problems.map((problem) => problem.count));
  const retries = problems.flatMap(({ retryAt }) => retryAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  const retryAt = retries.length < problems.length ? null : (retries[0] ?? null);
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
