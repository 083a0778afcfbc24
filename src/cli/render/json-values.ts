import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** A path as text under `key`; where it is not UTF-8, its bytes in base64 as well. */
export function jsonPath(key: string, path: ByteString): Record<string, string> {
  const text = textOfBytes(path);
  if (bytesOfText(text) === path) return { [key]: text };
  return { [key]: text, [`${key}Bytes`]: Buffer.from(path, 'latin1').toString('base64') };
}

/** An error as JSON: message, and remedy where there is one. */
export function jsonError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const remedy = error instanceof FsoError ? error.remedy : undefined;
  return { message: error.message, ...(remedy === undefined ? {} : { remedy }) };
}
