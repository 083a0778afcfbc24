import { isAscii } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** What a text that is not ASCII as the body of an object leads to: its id would not fit its bytes. */
export function notAsciiError(): FsoError {
  return new FsoError('a text that is not ASCII was given as the body of an object');
}

/** The bytes of the body of an object. A text must be ASCII, or an FsoError is thrown. */
export function bytesOfBody(body: Buffer | string): Buffer {
  if (typeof body !== 'string') return body;
  if (!isAscii(body)) throw notAsciiError();
  return Buffer.from(body, 'latin1');
}
