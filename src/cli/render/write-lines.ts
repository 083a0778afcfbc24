import type { ByteString } from '../../util/byte-string.js';
import { errnoOf, FsoError } from '../../util/errors.js';
import { reasonOf, remedyOf } from '../../util/system-errors/system-error.js';
import type { CliContext } from '../context.js';
import type { TextOutput } from '../text-output.js';

/** Bytes that are written at once. */
const PIECE = 64 * 1024;
/** Nobody reads any more: what the system says, and what Node says from then on. */
const GONE = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/** Writes lines as they are made, with bounded memory. */
export class LineWriter {
  #piece = '';

  /** @param signal ends the writing, with its reason; `end` ends each line */
  constructor(
    private readonly stream: TextOutput,
    private readonly signal: AbortSignal,
    private readonly end = '\n',
  ) {}

  /** Returns false if nobody reads any more. */
  write(line: ByteString): boolean | Promise<boolean> {
    this.#piece += line + this.end;
    return this.#piece.length < PIECE || this.flush();
  }

  /** Writes what is left; returns false if nobody reads any more. */
  async flush(): Promise<boolean> {
    const piece = this.#piece;
    this.#piece = '';
    if (piece !== '' && !(await write(this.stream, piece))) return false;
    this.signal.throwIfAborted();
    return true;
  }
}

/**
 * Writes lines to standard output as they are made, with bounded memory. Stops without an error
 * when nobody reads any more, as in `git-fso ls | head`.
 * @param end what ends each of them
 */
export async function writeLines(
  { stdout, signal }: Pick<CliContext, 'stdout' | 'signal'>,
  lines: Iterable<ByteString>,
  end = '\n',
): Promise<void> {
  const writer = new LineWriter(stdout, signal, end);
  for (const line of lines) {
    const isRead = writer.write(line);
    if (isRead !== true && !(await isRead)) return;
  }
  await writer.flush();
}

/** Returns false if the reader is gone; the event of that error is for whoever owns the stream. */
function write(stream: TextOutput, bytes: ByteString): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(Buffer.from(bytes, 'latin1'), (error) => {
      if (error === null || error === undefined) resolve(true);
      else if (GONE.includes(errnoOf(error) ?? '')) resolve(false);
      else reject(new FsoError(`standard output: ${reasonOf(error)}`, { remedy: remedyOf(error) ?? 'see where it goes', cause: error }));
    });
  });
}
