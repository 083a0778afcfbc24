import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import type { CliContext } from '../context.js';

/** Bytes that are written at once. */
const PIECE = 64 * 1024;

/**
 * Writes lines to standard output as they are made, with bounded memory. Stops without an error
 * when nobody reads any more, as in `git-fso ls | head`.
 */
export async function writeLines(context: CliContext, lines: Iterable<ByteString>): Promise<void> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    if (!(await write(context.stdout, piece))) return;
    piece = '';
    context.signal.throwIfAborted();
  }
  if (piece !== '') await write(context.stdout, piece);
}

/** Returns false if the reader is gone; the event of that error is for whoever owns the stream. */
function write(stream: NodeJS.WriteStream, bytes: ByteString): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(Buffer.from(bytes, 'latin1'), (error) => {
      if (error === null || error === undefined) resolve(true);
      else if (errnoOf(error) === 'EPIPE') resolve(false);
      else reject(new FsoError(`standard output: ${error.message}`, { cause: error }));
    });
  });
}
