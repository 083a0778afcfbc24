import type { ModelRepo } from '../history/recorded-days.js';
import { recordDays } from '../history/recorded-days.js';

/** A world with one file, of a size of 11 bytes, in one repo that has recorded it. */
export function oneFileWorld(): readonly ModelRepo[] {
  const run = { stat: true, sha: true };
  const none = { stat: false, sha: false };
  return recordDays({
    trackings: ['enter-subdirs', 'enter-subdirs', 'enter-subdirs'],
    days: [{ operations: [{ kind: 'write', at: '/w/side/a.tif', content: 1 }], meanwhile: [], ran: [none, none, run] }],
  });
}
