import type { MessagePort } from 'node:worker_threads';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { DirectoryCursor } from '../../realdir/walk/directory-cursor.js';
import { same } from '../../realdir/walk/identity.js';
import { ToplevelLostError } from '../../realdir/walk/toplevel-lost.js';
import { letGo } from '../../util/async/handled.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { IdleSeats } from '../../util/threads/idle-seats.js';
import { passError } from '../../util/threads/passed-error.js';
import { PortCalls } from '../../util/threads/port-calls.js';
import { traceBelow, traceTo } from '../../util/trace.js';
import { FacetTally } from '../facet-result.js';
import type { ObservationContext } from '../observe/context.js';
import { DirectoryFingerprints } from '../observe/fingerprint/directory-fingerprints.js';
import { NogbundleSelection } from '../observe/selection.js';
import { yieldOutside } from '../observe/yield-outside.js';
import { StatRecorder } from '../stat/stat-recorder.js';
import { LeftWork } from './left-work.js';
import type { WalkThread } from './subtree.js';
import { SubtreeOffers } from './subtree-offers.js';
import type { HandedOver, MainThread, TeamThread, ThreadSetup } from './team-setup.js';
import { ThreadObjects } from './thread-objects.js';
import { ToldBatch } from './told-batch.js';

/** A thread that takes parts of a walk of `stat`, which other threads leave to it, until the main thread has it stop. */
class RunningThread {
  private readonly stopping = new AbortController();
  private readonly main: PortCalls<MainThread>;
  private readonly told: ToldBatch;
  private readonly tally: FacetTally;
  private readonly objects: ThreadObjects;
  private readonly reader: ObjectReader;
  private readonly offers: SubtreeOffers;
  private readonly peers = new Map<number, PortCalls<WalkThread>>();
  private readonly running = new Set<Promise<unknown>>();
  private cursor: DirectoryCursor | null = null;
  private isLocked = false;

  constructor(
    private readonly setup: ThreadSetup,
    toMain: MessagePort,
  ) {
    const asked: TeamThread = { handOver: () => this.handOver(), finish: () => this.objects.finish(), stop: () => this.stop() };
    this.main = new PortCalls(toMain, { ...asked });
    this.told = new ToldBatch((told) => letGo(this.main.call('tell', told)), setup.tellsChanges);
    if (setup.tellsTrace) traceTo(this.told.onTrace);
    this.tally = new FacetTally(this.told);
    this.objects = new ThreadObjects(setup.gitDir, setup.lockName);
    this.reader = ObjectReader.open(setup.gitDir);
    this.offers = new SubtreeOffers(setup.leastEntries);
  }

  /** Opens the realdir, and from then on takes what others leave. */
  begin(): void {
    try {
      const work = new LeftWork(this.context((this.cursor = openSame(this.setup))));
      const asked: WalkThread = { compare: (left) => this.run(work.compare(left)), sum: (left) => this.run(work.sum(left)) };
      for (const [seat, port] of this.setup.ports) this.peers.set(seat, new PortCalls(port, { ...asked }));
      this.offers.open(new IdleSeats(this.setup.seats, this.setup.seat), this.peers);
      this.offers.setIdle();
      letGo(this.main.call('begun', undefined));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Takes care of work that has begun: its failure is that of the run. */
  private run<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    work.catch((error: unknown) => this.fail(error)).finally(() => this.running.delete(work));
    return work;
  }

  private fail(error: unknown): void {
    if (!this.stopping.signal.aborted) letGo(this.main.call('fail', passError(error)));
  }

  private handOver(): HandedOver {
    this.told.flush();
    return { result: this.tally.result(null), objects: this.objects.handOver() };
  }

  private async stop(): Promise<void> {
    const reason = new Error('the run has ended');
    this.stopping.abort(reason);
    this.main.fail(reason);
    for (const peer of this.peers.values()) peer.fail(reason);
    await Promise.allSettled(this.running);
    this.objects.abort();
    this.cursor?.close();
    this.reader.close();
    for (const [, port] of this.setup.ports) port.close();
  }

  private context(cursor: DirectoryCursor): ObservationContext<null> {
    const { setup, reader, objects, tally, offers } = this;
    const elsewhere = new Set(setup.summedElsewhere);
    return {
      cursor,
      reader,
      sink: objects,
      recorder: new StatRecorder(setup.isRecheck, () => null),
      selection: new NogbundleSelection(new Set(setup.nogbundles)),
      fingerprints: setup.fingerprints === null ? null : new DirectoryFingerprints(setup.fingerprints),
      exclude: setup.exclude === null ? null : Buffer.from(setup.exclude, 'latin1'),
      ignoreSteps: setup.ignoreSteps,
      summary: null,
      gitSummary: null,
      sumsVisitedOnly: setup.sumsVisitedOnly,
      sumsOf: (path, stat) => (elsewhere.has(path) ? this.main.call('sumsOf', { path, stat }) : null),
      offers,
      mounts: null,
      events: tally,
      trace: traceBelow('stat', setup.realdir),
      beforeWrite: () => (this.isLocked ? undefined : this.lock()),
      yieldTurn: this.telling(yieldOutside(cursor, this.stopping.signal)),
    };
  }

  private async lock(): Promise<void> {
    await this.main.call('lock', undefined);
    this.isLocked = true;
  }

  /** Has what is to be told told, whenever other work runs anyway. */
  private telling(yieldTurn: YieldTurn): YieldTurn {
    return () => {
      const turn = yieldTurn();
      if (turn !== undefined) this.told.flushIfDue();
      return turn;
    };
  }
}

/** The realdir that the main thread walks. @throws ToplevelLostError if another directory took its place */
function openSame({ realdir, root, entersFuse, top }: ThreadSetup): DirectoryCursor {
  const cursor = DirectoryCursor.open(realdir, { root, entersFuse });
  if (cursor !== null && same(cursor.rootStat, top)) return cursor;
  cursor?.close();
  throw new ToplevelLostError(realdir, 'another directory took its place while it was read');
}

/** Runs a thread of a team. @param toMain the way to the main thread */
export function runThread(setup: ThreadSetup, toMain: MessagePort): void {
  new RunningThread(setup, toMain).begin();
}
