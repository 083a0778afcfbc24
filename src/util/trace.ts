import type { ByteString } from './byte-string.js';
import { joinPath } from './byte-string.js';
import { safePath, safeText } from './text/safe-text.js';

type WriteLine = (line: string) => void;

let write: WriteLine | null = null;

/** Has what is decided about paths told, a line each, without its newline. Walks that have begun already are not concerned. */
export function traceTo(to: WriteLine): void {
  write = to;
}

/** Tells lines that another thread has made. */
export function relayTrace(lines: readonly string[]): void {
  for (const line of lines) write?.(line);
}

/** Tells what one piece of work decides about the paths below one directory, and why. */
export class PathTrace {
  constructor(
    private readonly work: string,
    private readonly top: ByteString,
    private readonly line: WriteLine,
  ) {}

  /** @param path relative to the directory; empty or `.` for itself */
  tell(path: ByteString, decision: string): void {
    const place = path === '' || path === '.' ? this.top : joinPath(this.top, path);
    this.line(`${this.work} ${safePath(place)}: ${safeText(decision)}`);
  }
}

/**
 * Null unless somebody wants to know: then whoever walks does not even ask what it would tell.
 * @param work `stat`, for example
 * @param top absolute path of the directory
 */
export function traceBelow(work: string, top: ByteString): PathTrace | null {
  return write === null ? null : new PathTrace(work, top, write);
}
