import { KeepGuard } from '../../git/packs/keep-guard.js';
import type { PackPartner, Transaction } from '../../shadow/transaction/transaction.js';
import { linkSignals } from '../../util/async/linked-signal.js';
import { builtProgram } from '../../util/threads/built-program.js';
import type { ObservationContext } from '../observe/context.js';
import { SubtreeOffers } from './subtree-offers.js';
import type { TeamMember, TeamWork } from './team-member.js';
import { startMembers } from './team-member.js';

/** How a walk is shared by threads. */
export interface TeamSize {
  /** The main thread included. */
  readonly threads: number;
  /** From how many recorded entries on others are started at once. */
  readonly fromRecorded: number;
  /** From how many entries on that were met, where it is not recorded how many there are. */
  readonly fromMet: number;
  /** How many entries a subtree must be likely to have; see `SubtreeOffers`. */
  readonly leastEntries?: number;
  /** True if the walk begins when all threads have: else the main thread walks on meanwhile. */
  readonly waitsForThreads?: boolean;
  /** Program of the threads. */
  readonly program: URL;
}

/** The program of the threads; null where it was not built. */
export function walkProgram(): URL | null {
  return builtProgram(new URL('./walk-worker.js', import.meta.url));
}

/**
 * The threads of one walk. The main thread begins; whenever another one has nothing to do, it is given the next subtree that is worth it,
 * and gives parts of that away in turn. Each writes a pack of its own; what they have found is joined here.
 */
export class WalkTeam implements PackPartner {
  /** Set when the run is cancelled or a thread has failed. */
  readonly signal: AbortSignal;
  private readonly failing = new AbortController();
  private readonly unlink: () => void;
  private readonly offers: SubtreeOffers;
  private members: readonly TeamMember[] = [];
  private start: (() => void) | null = null;
  private startAt = Infinity;

  constructor(
    private readonly size: TeamSize,
    private readonly work: TeamWork & { readonly transaction: Transaction; readonly signal: AbortSignal | undefined },
  ) {
    const { signal, unlink } = linkSignals([work.signal, this.failing.signal]);
    this.signal = signal;
    this.unlink = unlink;
    this.offers = new SubtreeOffers(size.leastEntries, (entries) => {
      if (entries >= this.startAt) this.startOnce();
    });
    signal.addEventListener('abort', () => {
      for (const member of this.members) member.fail(signal.reason);
    }, { once: true });
    work.transaction.joinWith(this);
  }

  /** To whom the walk of the main thread offers subtrees. @param recorded how many entries the last record had, if that is known */
  gather(recorded: number | null): SubtreeOffers {
    const { fromRecorded, fromMet } = this.size;
    this.startAt = recorded === null ? fromMet : recorded >= fromRecorded ? 0 : Infinity;
    return this.offers;
  }

  /** Has threads start as soon as they are of use. @param context of the walk of the main thread */
  async begin(context: ObservationContext<null>, isRecheck: boolean): Promise<void> {
    const fail = (error: unknown): void => this.failing.abort(error);
    this.start = () => {
      this.members = startMembers(context, this.offers, { ...this.size, isRecheck, fail }, this.work);
    };
    this.offers.count(0);
    if (this.size.waitsForThreads === true) await Promise.all(this.members.map(({ begun }) => begun));
  }

  /** Joins what the threads have found; to be called when all has been walked. */
  async handOver(): Promise<void> {
    this.start = null;
    const handed = await Promise.all(this.members.map(({ calls }) => calls.call('handOver', undefined)));
    const { transaction, tally } = this.work;
    for (const { type, body } of handed.flatMap(({ objects }) => objects)) transaction.writeObject({ type, body: Buffer.from(body) });
    tally.add(handed.map(({ result }) => result));
  }

  /** Puts the packs of all threads on disk, guarded; all of them or none. */
  async finish(): Promise<readonly KeepGuard[]> {
    const ends = await Promise.allSettled(this.members.map(({ calls }) => calls.call('finish', undefined)));
    const guards = ends.map((end) => KeepGuard.of(end.status === 'fulfilled' ? end.value : null));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed === undefined) return guards;
    for (const guard of guards) guard.discard();
    throw failed.reason;
  }

  get hasDied(): boolean {
    return this.members.some(({ isDead }) => isDead);
  }

  /** Ends the threads; what they have written, and nobody has put on disk, is removed. */
  async close(): Promise<void> {
    this.start = null;
    await Promise.all(this.members.map((member) => member.stop()));
    this.unlink();
  }

  private startOnce(): void {
    const { start } = this;
    this.start = null;
    start?.();
  }
}
