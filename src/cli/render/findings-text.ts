import type { FindingGroup } from '../../rescan/doctor/group.js';
import { safeText } from '../../util/text/safe-text.js';

/** So many names of what has one cause are enough to know what is meant. */
const NAMES = 3;

function namesOf(subjects: readonly string[]): string {
  const others = subjects.length - NAMES;
  const names = subjects.slice(0, NAMES).map(safeText).join(', ');
  return others > 0 ? `${names} and ${others} more (--json lists all)` : names;
}

/** Findings with one cause, for people: what is wrong, what to do, and where there are several, some names. */
export function findingsText({ severity, subject, message, remedy, subjects }: FindingGroup): string {
  const names = subjects.length > 0 && !subjects.includes(subject) ? `  ${namesOf(subjects)}\n` : '';
  return `${severity}: ${safeText(subject)}: ${safeText(message)}\n  ${safeText(remedy)}\n${names}`;
}
