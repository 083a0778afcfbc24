import type { ByteString } from '../byte-string.js';
import { isTextInUtf8, plainTextOfBytes } from '../byte-string.js';

/** A path as text under `key`; where it is not UTF-8, its bytes in base64 as well. */
export function jsonPath(key: string, path: ByteString): Record<string, string> {
  const text = plainTextOfBytes(path);
  if (isTextInUtf8(path)) return { [key]: text };
  return { [key]: text, [`${key}Bytes`]: Buffer.from(path, 'latin1').toString('base64') };
}
