import type { RescanEvent } from '../../rescan/events.js';
import { formatBytes, formatCount, formatSeconds } from './quantities.js';
import { safePath } from './safe-text.js';

/** How often the display changes at most, in milliseconds. */
const REFRESH = 100;
const ERASE_LINE = '\r\x1b[2K';

/** Cuts a path in the middle, so that its end stays readable. */
function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 8) return text.slice(0, Math.max(width, 0));
  const head = Math.floor(width / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - head - 1))}`;
}

/**
 * One line on a terminal that shows how far a rescan is. The time left is told from how many
 * entries the repos had when they were last recorded, so it is missing where nothing is known.
 */
export class ProgressLine {
  private drawn = false;
  private lastDraw = 0;
  private reposDone = 0;
  private reposTotal = 0;
  private visitedDone = 0;
  private readonly current = new Map<string, { visited: number; bytes: number }>();
  private readonly started = performance.now();

  /** Entries that were looked at last time. */
  private expected = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** Takes note of an event; redraws now and then. */
  add(event: RescanEvent): void {
    if (event.type === 'root') {
      this.reposTotal += event.repos;
      this.expected += event.lastVisited();
    }
    if (event.type === 'progress') {
      this.current.set(`${event.facet} ${event.realdir}`, event);
      this.draw(safePath(event.directory === '' ? event.realdir : `${event.realdir}/${event.directory}`));
    }
    if (event.type !== 'repo') return;
    this.reposDone += 1;
    for (const [facet, result] of event.report.facets) {
      this.current.delete(`${facet} ${event.report.realdir}`);
      this.visitedDone += result.visited;
    }
    this.draw(safePath(event.report.realdir));
  }

  /** Removes the line, so that other text can be written. */
  clear(): void {
    if (this.drawn) this.stream.write(ERASE_LINE);
    this.drawn = false;
  }

  private draw(place: string): void {
    const now = performance.now();
    if (now - this.lastDraw < REFRESH) return;
    this.lastDraw = now;
    let visited = this.visitedDone;
    let bytes = 0;
    for (const each of this.current.values()) {
      visited += each.visited;
      bytes += each.bytes;
    }
    const parts = [`${this.reposDone}/${formatCount(this.reposTotal, 'repo')}`, `${visited} entries`];
    if (bytes > 0) parts.push(formatBytes(bytes));
    const share = this.expected > 0 ? visited / this.expected : 0;
    if (share > 0.02 && share < 1) {
      const left = ((now - this.started) / 1000) * (1 / share - 1);
      parts.push(`about ${formatSeconds(left)} left`);
    }
    const text = `${parts.join(', ')}  `;
    const width = (this.stream.columns || 80) - 1 - text.length;
    this.stream.write(`${ERASE_LINE}${text}${shorten(place, width)}`);
    this.drawn = true;
  }
}
