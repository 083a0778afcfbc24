import type { Schedule } from '../../rescan/schedule/schedule.js';
import { parseSchedule } from '../../rescan/schedule/schedule.js';
import { UsageError } from '../../util/errors.js';

/**
 * When sums are renewed: `always`, which is null, or a schedule.
 * @throws UsageError that names the allowed forms
 */
export function parseSummaries(text: string): Schedule | null {
  if (text.trim() === 'always') return null;
  try {
    return parseSchedule(text);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${error.message}, or "always"`) : error;
  }
}
