import { FsoError, messageOf } from '../../util/errors.js';

export { jsonPath } from '../../util/text/json-path.js';

/** An error as JSON: message, and remedy where there is one. */
export function jsonError(error: unknown): Record<string, unknown> {
  const remedy = error instanceof FsoError ? error.remedy : undefined;
  return { message: messageOf(error), ...(remedy === undefined ? {} : { remedy }) };
}
