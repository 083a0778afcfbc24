import type { ByteString } from '../../util/byte-string.js';
import type { FacetListener } from '../facet-result.js';
import type { ChangeLetter } from '../observe/events.js';
import type { Told } from './team-setup.js';

/** How often a thread tells how far it is, in milliseconds. */
const INTERVAL = 100;
/** From how many lines or changes on it tells them at once. */
const MOST = 1000;

/** Collects what a thread has to tell, so that not each path is a message. */
export class ToldBatch implements FacetListener {
  private visited = 0;
  private directory: ByteString = '';
  private changes: [ChangeLetter, ByteString][] = [];
  private trace: string[] = [];
  private last = performance.now();

  /** @param tellsChanges whether anybody wants to know each path that has changed */
  constructor(
    private readonly tell: (told: Told) => void,
    private readonly tellsChanges: boolean,
  ) {}

  readonly onProgress = (visited: number, _bytes: number, directory: ByteString): void => {
    this.visited = visited;
    this.directory = directory;
  };

  readonly onChange = (letter: ChangeLetter, path: ByteString): void => {
    if (this.tellsChanges && this.changes.push([letter, path]) >= MOST) this.flush();
  };

  readonly onTrace = (line: string): void => {
    if (this.trace.push(line) >= MOST) this.flush();
  };

  /** Tells what there is, unless something was told just now. */
  flushIfDue(): void {
    if (performance.now() - this.last >= INTERVAL) this.flush();
  }

  flush(): void {
    const { visited, directory, changes, trace } = this;
    this.last = performance.now();
    this.changes = [];
    this.trace = [];
    this.tell({ visited, directory, changes, trace });
  }
}
