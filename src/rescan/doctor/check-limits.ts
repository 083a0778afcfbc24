import { ToldStore } from '../../shadow/remembered/told-store.js';
import { bytesOfText, isAtOrBelow } from '../../util/byte-string.js';
import { LIMITS_PART } from '../guard/limits.js';
import type { Site } from '../site.js';
import type { Finding } from './finding.js';
import { common, warning } from './finding.js';

const WAY_OUT = 'look at it: if it is as it should be, raise that limit of the root in the configuration';

/** Limits that have kept something from being recorded in the last run. */
export function* checkLimits({ location, roots }: Site): Generator<Finding> {
  for (const { path, text } of new ToldStore(location.root).texts(LIMITS_PART)) {
    if (!roots.some((root) => isAtOrBelow(bytesOfText(path), root.path))) continue;
    yield warning(
      path,
      `a limit has kept something from being recorded: ${text}`,
      WAY_OUT,
      common('have met limits, so that not all is recorded', WAY_OUT),
    );
  }
}
