/** From here on it pays to have others wait, in milliseconds: waiting costs more than a switch of threads. */
const SLOW = 0.3;
/** The same for listing a directory: several calls, which a local disk that is not cached answers mostly in less, and lstat at once. */
const SLOW_LISTING = 1;
/** A directory with so many names may take twice as long. */
const NAMES = 256;
/** Once decided, only one directory in so many is looked at again, */
const DIRECTORIES = 64;
/** and of these only so many entries. */
const ENTRIES = 4;

/** Decides by most of the last calls. */
class Meter {
  private timed = 0;
  private slow = 0;
  isSlow: boolean | null = null;

  /** @param window how many calls are timed before each decision */
  constructor(private readonly window: number) {}

  /** How many calls are missing for the next decision. */
  get missing(): number {
    return this.window - this.timed;
  }

  add(isSlow: boolean): void {
    this.timed += 1;
    if (isSlow) this.slow += 1;
    if (this.timed < this.window) return;
    this.isSlow = this.slow > this.window / 2;
    this.timed = 0;
    this.slow = 0;
  }
}

/**
 * Whether lstat(2) on a filesystem, or listing a directory, takes so long that it must come from elsewhere, over a network
 * perhaps, and not from a cache. Most of the first calls decide, and some later ones: caches fill, and networks have bad hours.
 */
export class Latency {
  private static readonly ofDevice = new Map<number, Latency>();

  private directories = 0;
  private readonly entries = new Meter(16);
  private readonly listings = new Meter(8);

  /** What is known of a filesystem, by its device number; shared by all walks of the process. */
  static of(dev: number): Latency {
    let latency = Latency.ofDevice.get(dev);
    if (latency === undefined) Latency.ofDevice.set(dev, (latency = new Latency()));
    return latency;
  }

  get isSlow(): boolean {
    return this.entries.isSlow === true || this.listings.isSlow === true;
  }

  /** How many calls of lstat are to be timed in the directory that a walk enters now. Where there are any, listing it is timed, too. */
  enterDirectory(): number {
    if (this.entries.isSlow === null) return this.entries.missing;
    if (this.listings.isSlow === null || this.isSlow) return ENTRIES;
    this.directories += 1;
    return this.directories % DIRECTORIES === 0 ? ENTRIES : 0;
  }

  /** Takes note of how long one call of lstat took, in milliseconds. */
  add(duration: number): void {
    this.entries.add(duration > SLOW);
  }

  /** Takes note of how long it took to list a directory with so many names, in milliseconds. */
  addListing(duration: number, names: number): void {
    this.listings.add(duration > SLOW_LISTING * (1 + names / NAMES));
  }
}
