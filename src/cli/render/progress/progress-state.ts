import type { RescanEvent } from '../../../rescan/events.js';
import type { ByteString } from '../../../util/byte-string.js';
import { formatCount, formatSeconds } from '../../../util/text/quantities.js';
import { formatBytes } from '../../../util/text/format-bytes.js';

type ProgressEvent = Extract<RescanEvent, { type: 'progress' }>;

/** How far a run is. */
export interface Progress {
  readonly repos: number;
  readonly reposTotal: number;
  readonly visited: number;
  readonly bytes: number;
  /** Bytes of files that are known to be read and are not yet. */
  readonly bytesLeft: number;
  /** The largest file that is being read. */
  readonly file: { readonly path: ByteString; readonly bytes: number; readonly size: number } | null;
  /** Null where nothing is known. */
  readonly secondsLeft: number | null;
}

/** Less tells too little about the rest. */
const LEAST_SHARE = 0.02;

/**
 * Adds up the events of a run. The time left follows from how many entries the repos had when they were last recorded, and from
 * the bytes of the files that wait to be read: whatever takes longer decides.
 */
export class ProgressState {
  private reposDone = 0;
  private reposTotal = 0;
  private visitedDone = 0;
  private bytesDone = 0;
  /** Entries that were looked at last time, as far as somebody has asked for progress: to count them, each repo is looked into. */
  private expected = 0;
  private readonly uncounted: (() => number)[] = [];
  private readingSince: number | null = null;
  private readonly current = new Map<string, ProgressEvent>();

  /** @param started the time in milliseconds, by the clock that `of` is given */
  constructor(private readonly started: number) {}

  /** Takes note of an event. */
  add(event: RescanEvent, now: number): void {
    if (event.type === 'root') {
      this.reposTotal += event.repos;
      this.uncounted.push(event.lastVisited);
    }
    if (event.type === 'progress') {
      this.current.set(`${event.facet} ${event.realdir}`, event);
      if (event.reading !== null) this.readingSince ??= now;
    }
    if (event.type !== 'repo') return;
    this.reposDone += 1;
    for (const [facet, result] of event.report.facets) {
      this.current.delete(`${facet} ${event.report.realdir}`);
      this.visitedDone += result.visited;
      this.bytesDone += result.bytes;
    }
  }

  /** How far the run is at a time in milliseconds. */
  at(now: number): Progress {
    const events = [...this.current.values()];
    const sum = (value: (event: ProgressEvent) => number): number => events.reduce((total, event) => total + value(event), 0);
    const visited = this.visitedDone + sum((event) => event.visited);
    const bytes = this.bytesDone + sum((event) => event.bytes);
    const bytesLeft = sum((event) => event.reading?.left ?? 0);
    const files = events.flatMap(({ reading, realdir }) => {
      const file = reading?.file ?? null;
      return file === null ? [] : [{ ...file, path: `${realdir}/${file.path}` }];
    });
    const [file = null] = files.sort((a, b) => b.size - a.size);
    for (const count of this.uncounted.splice(0)) this.expected += count();
    const share = this.expected > 0 ? visited / this.expected : 0;
    const byEntries = share > LEAST_SHARE && share < 1 ? ((now - this.started) / 1000) * (1 / share - 1) : null;
    const reading = this.readingSince === null ? 0 : (now - this.readingSince) / 1000;
    const byBytes = bytesLeft === 0 ? 0 : bytes > 0 && reading > 0 ? (bytesLeft * reading) / bytes : null;
    const secondsLeft = byBytes === null || (byEntries === null && byBytes === 0) ? null : Math.max(byBytes, byEntries ?? 0);
    return { repos: this.reposDone, reposTotal: this.reposTotal, visited, bytes, bytesLeft, file, secondsLeft };
  }
}

/** How far a run is, in words; without the path of the file. */
export function progressText({ repos, reposTotal, visited, bytes, bytesLeft, file, secondsLeft }: Progress): string {
  const parts = [...(reposTotal > 0 ? [`${repos}/${formatCount(reposTotal, 'repo')}`] : []), `${visited} entries`];
  if (bytes + bytesLeft > 0)
    parts.push(bytesLeft > 0 ? `${formatBytes(bytes)} of ${formatBytes(bytes + bytesLeft)} read` : `${formatBytes(bytes)} read`);
  if (secondsLeft !== null) parts.push(`about ${formatSeconds(secondsLeft)} left`);
  if (file !== null && file.size > 0) parts.push(`${Math.floor((100 * file.bytes) / file.size)} % of ${formatBytes(file.size)} of`);
  return parts.join(', ');
}
