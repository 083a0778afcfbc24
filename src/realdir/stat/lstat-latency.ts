/** From here on it pays to ask for many entries at a time, in milliseconds: waiting costs more than a switch of threads. */
const SLOW = 0.3;
/** How many calls are timed before each decision. */
const WINDOW = 16;
/** Once decided, only one directory in so many is looked at again, */
const DIRECTORIES = 64;
/** and of these only so many entries. */
const ENTRIES = 4;

/**
 * Whether lstat(2) on a filesystem takes so long that it must come from elsewhere, over a network
 * perhaps, and not from a cache. The median of the first calls decides, and some later ones: caches
 * fill, and networks have bad hours.
 */
export class LstatLatency {
  private static readonly ofDevice = new Map<number, LstatLatency>();

  private timed = 0;
  private slow = 0;
  private directories = 0;
  private decision: boolean | null = null;

  /** What is known of a filesystem, by its device number; shared by all walks of the process. */
  static of(dev: number): LstatLatency {
    let latency = LstatLatency.ofDevice.get(dev);
    if (latency === undefined) LstatLatency.ofDevice.set(dev, (latency = new LstatLatency()));
    return latency;
  }

  get isSlow(): boolean {
    return this.decision === true;
  }

  /** How many calls are to be timed in the directory that a walk enters now. */
  enterDirectory(): number {
    if (this.decision === null) return WINDOW - this.timed;
    this.directories += 1;
    return this.directories % DIRECTORIES === 0 ? ENTRIES : 0;
  }

  /** Takes note of how long one call took, in milliseconds. */
  add(duration: number): void {
    this.timed += 1;
    if (duration > SLOW) this.slow += 1;
    if (this.timed < WINDOW) return;
    this.decision = this.slow > WINDOW / 2;
    this.timed = 0;
    this.slow = 0;
  }
}
