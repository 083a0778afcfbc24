import type { Writable } from 'node:stream';
import { safeLayout } from '../util/text/safe-text.js';

/**
 * A stream that people read. Whatever a text quotes, it cannot talk to the terminal: control characters but newline and
 * tab are escaped. Bytes are written as they are.
 */
export class TextOutput {
  constructor(private readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }) {}

  get isTTY(): boolean {
    return this.stream.isTTY === true;
  }

  /** Characters in a line; 80 where that is not known. */
  get columns(): number {
    return this.stream.columns ?? 80;
  }

  /** @param done called when it is written, or with the reason why it cannot be */
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): void {
    this.stream.write(typeof text === 'string' ? safeLayout(text) : text, done);
  }
}
