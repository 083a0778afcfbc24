import { FsoError } from '../../util/errors.js';

export { jsonPath } from '../../util/json-path.js';

/** An error as JSON: message, and remedy where there is one. */
export function jsonError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const remedy = error instanceof FsoError ? error.remedy : undefined;
  return { message: error.message, ...(remedy === undefined ? {} : { remedy }) };
}
