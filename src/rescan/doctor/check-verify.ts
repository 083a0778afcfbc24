import { verifyStatus } from '../../facets/verify/verify-status.js';
import { openAt } from '../../shadow/layout/choose-repo.js';
import { textOfBytes } from '../../util/byte-string.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { gateOf } from '../guard/site-gate.js';
import type { PlannedRepo } from '../plan/planned-repo.js';
import type { Root, Site } from '../site.js';
import type { Finding } from './finding.js';
import { warning } from './finding.js';

const DAY_MS = 86_400_000;

/** Checks whether `verify` reads everything in the time in which it is to. */
export function* checkVerify(site: Site, root: Root, repos: readonly PlannedRepo[], now: Date): Generator<Finding> {
  if (!root.facets.includes('verify')) return;
  let bytes = 0;
  let pace = 0;
  for (const { realdir, shadow, error } of repos) {
    if (shadow === null || error !== null) continue;
    const status = verifyStatus(openAt(shadow, realdir, gateOf(site).forReading), Math.floor(now.getTime() / 1000));
    bytes += status.all.bytes;
    pace += status.bytesADay ?? 0;
  }
  // What was never begun is late by its schedule.
  if (bytes === 0 || pace === 0) return;
  const days = bytes / pace;
  const wanted = root.verifyCycleMs / DAY_MS;
  if (days <= wanted) return;
  yield warning(
    textOfBytes(root.path),
    `at ${formatBytes(pace)} a day, verify reads all in ${Math.ceil(days)} days, but verifyCycle is ${Number(wanted.toFixed(1))} days`,
    'raise verifyLimit, have verify run more often, or make verifyCycle longer',
  );
}
