import type { RescanEvent } from '../../../rescan/events.js';
import type { TextOutput } from '../../text-output.js';
import type { ByteString } from '../../../util/byte-string.js';
import type { Progress } from './progress-state.js';
import { ProgressState, progressText } from './progress-state.js';
import { safePath } from '../../../util/text/safe-text.js';

/** How often the display changes at most, in milliseconds. */
const REFRESH = 100;
const ERASE_LINE = Buffer.from('\r\x1b[2K');

/** Cuts a path in the middle, so that its end stays readable. */
function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 8) return text.slice(0, Math.max(width, 0));
  const head = Math.floor(width / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - head - 1))}`;
}

/** One line on a terminal that shows how far a rescan is. */
export class ProgressLine {
  private drawn = false;
  private lastDraw = 0;
  private readonly state = new ProgressState(performance.now());

  constructor(private readonly stream: TextOutput) {}

  /** Takes note of an event; redraws now and then. */
  add(event: RescanEvent): void {
    this.state.add(event, performance.now());
    if (event.type === 'progress') this.draw(event.directory === '' ? event.realdir : `${event.realdir}/${event.directory}`);
    else if (event.type === 'repo') this.draw(event.report.realdir);
  }

  /** Removes the line, so that other text can be written. */
  clear(): void {
    if (this.drawn) this.stream.write(ERASE_LINE);
    this.drawn = false;
  }

  private draw(place: ByteString): void {
    const now = performance.now();
    if (now - this.lastDraw < REFRESH) return;
    this.lastDraw = now;
    const progress = this.state.at(now);
    const text = `${progressText(progress)}  `;
    const width = this.stream.columns - 1 - text.length;
    this.stream.write(ERASE_LINE);
    this.stream.write(`${text}${shorten(safePath(progress.file?.path ?? place), width)}`);
    this.drawn = true;
  }
}

/** Tells how far a run is to whoever reads lines: first after a time, then as often, in milliseconds. */
export class ProgressTeller {
  private readonly state = new ProgressState(performance.now());
  private last = performance.now();

  constructor(
    private readonly everyMs: number,
    private readonly tell: (progress: Progress) => void,
  ) {}

  add(event: RescanEvent): void {
    const now = performance.now();
    this.state.add(event, now);
    if (event.type !== 'progress' || now - this.last < this.everyMs) return;
    this.last = now;
    this.tell(this.state.at(now));
  }
}
