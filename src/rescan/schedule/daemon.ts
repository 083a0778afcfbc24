import { acquireLock } from '../../shadow/lock/lock.js';
import { joinPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, LockedError } from '../../util/errors.js';
import type { RescanEvent } from '../events.js';
import type { ManyReposOptions } from '../open-context.js';
import { openContext } from '../open-context.js';
import { makeShadowRoot } from '../../shadow/create/make-shadow-root.js';
import { StateDirectory } from '../../shadow/remembered/state-directory.js';
import { Scheduler } from './scheduler.js';
import { requirePlaces } from '../guard/root-places.js';
import type { Site } from '../site.js';

/** What a daemon tells. */
export type DaemonEvent =
  | RescanEvent
  | { readonly type: 'daemon'; readonly state: 'started' | 'reloaded' | 'stopping' | 'stopped'; readonly running: number };

/** How a daemon runs. */
export interface DaemonOptions extends ManyReposOptions {
  /** Ends when nothing is due. */
  readonly once: boolean;
  /** How long to wait for another daemon, in milliseconds. */
  readonly daemonWaitMs: number;
}

/** Does what is due by the schedules, for as long as it is not stopped. There is one a shadow root. */
export class Daemon {
  private readonly scheduler: Scheduler;
  private site: Site;
  private readonly keepIndex: () => Promise<void>;
  private readonly keepReports: () => Promise<void>;

  private constructor(
    site: Site,
    private readonly options: DaemonOptions,
    private readonly emit: (event: DaemonEvent) => void,
    private readonly unlock: () => void,
  ) {
    const { context, writeMetrics, keepIndex, keepReports } = openContext(site, options, emit);
    this.site = site;
    this.keepIndex = () => keepIndex(this.site);
    const onPause = (): void => {
      writeMetrics(this.site);
      // What fails is told by itself.
      this.keepIndex().catch(() => undefined);
    };
    this.keepReports = () => keepReports(this.site);
    this.scheduler = new Scheduler(context, { onPause, onTurn: () => void this.keepReports() });
  }

  /**
   * Becomes the daemon of a site.
   * @throws LockedError if it has one
   */
  static async start(site: Site, options: DaemonOptions, emit: (event: DaemonEvent) => void): Promise<Daemon> {
    requirePlaces(site);
    makeShadowRoot(site.location, site.shadowMode);
    const state = new StateDirectory(site.location.root);
    state.make();
    const { signal, command, daemonWaitMs: waitMs } = options;
    try {
      const lock = await acquireLock(joinPath(state.path, 'daemon.lock'), 'exclusive', { waitMs, command, ...(signal && { signal }) });
      return new Daemon(site, options, emit, () => lock.release());
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      throw new LockedError(`there is a daemon for this shadow root already: ${error.message}`, {
        remedy: 'end that one with SIGTERM first; there need not be more than one',
        cause: error,
      });
    }
  }

  /**
   * Uses another configuration from now on.
   * @throws FsoError if it is about another shadow root, or its roots are where nothing may be written
   */
  reload(site: Site): void {
    requirePlaces(site);
    if (site.location.root !== this.site.location.root) {
      throw new FsoError(
        `the shadow root cannot change from ${textOfBytes(this.site.location.root)} to ${textOfBytes(site.location.root)}`,
        {
          remedy: 'restart the daemon; until then it goes on as before',
        },
      );
    }
    this.site = site;
    this.scheduler.reload(site);
    this.tell('reloaded');
  }

  /**
   * Works until it is stopped. From then on another daemon may start, while this one finishes the repos in
   * flight: their locks keep the two apart.
   * @throws the reason of the signal when aborted
   */
  async run(): Promise<void> {
    const { stop, once } = this.options;
    const handOver = (): void => {
      this.unlock();
      this.tell('stopping');
    };
    stop?.addEventListener('abort', handOver, { once: true });
    try {
      this.tell('started');
      await this.scheduler.run(once);
      await this.keepIndex();
      await this.keepReports();
    } finally {
      stop?.removeEventListener('abort', handOver);
      this.unlock();
      this.tell('stopped');
    }
  }

  private tell(state: Extract<DaemonEvent, { type: 'daemon' }>['state']): void {
    this.emit({ type: 'daemon', state, running: this.scheduler.runningCount });
  }
}
