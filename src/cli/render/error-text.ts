import type { FsoError } from '../../util/errors.js';
import { safeText } from '../../util/text/safe-text.js';

/** What has failed, and what to do about it, for people; ends with a newline. */
export function errorText(error: FsoError): string {
  const remedy = error.remedy === undefined ? '' : `  ${safeText(error.remedy)}\n`;
  return `git-fso: ${error.lines.map(safeText).join('\n')}\n${remedy}`;
}
