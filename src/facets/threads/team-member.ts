import type { MessagePort } from 'node:worker_threads';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { SumsOf } from '../../realdir/sums/tree-summary.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError, messageOf } from '../../util/errors.js';
import { IdleSeats } from '../../util/threads/idle-seats.js';
import { receivedError } from '../../util/threads/passed-error.js';
import { PortCalls } from '../../util/threads/port-calls.js';
import { relayTrace } from '../../util/trace.js';
import type { FacetListener, FacetTally } from '../facet-result.js';
import type { ObservationContext } from '../observe/context.js';
import { LeftWork } from './left-work.js';
import type { WalkThread } from './subtree.js';
import type { SubtreeOffers } from './subtree-offers.js';
import type { MainThread, TeamThread, ThreadSetup } from './team-setup.js';

/** What a team works for. */
export interface TeamWork {
  readonly repo: ShadowRepo;
  /** The writer's lock. */
  readonly lockName: string;
  readonly tally: FacetTally;
  readonly listener: FacetListener;
  /** Sums that are known, and of which directories. */
  readonly known: { readonly sumsOf: SumsOf; readonly paths: ReadonlySet<ByteString> } | undefined;
}

/** A thread of a team beside the main one, as that sees it. */
export class TeamMember {
  readonly calls: PortCalls<TeamThread>;
  /** Resolves when the thread takes what others leave, or has ended. */
  readonly begun: Promise<void>;
  private readonly ended: Promise<void>;
  /** True if it has ended before it was to. */
  isDead = false;
  private isStopping = false;

  constructor(
    private readonly worker: Worker,
    /** To the walk of this thread from that of the main thread. */
    private readonly peer: PortCalls<WalkThread>,
    private readonly port: MessagePort,
    asked: Omit<MainThread, 'begun'>,
    onDeath: (error: Error) => void,
  ) {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.calls = new PortCalls(worker, { ...asked, begun: begin } satisfies MainThread);
    const die = (reason: string): void => {
      if (this.isStopping) return;
      this.isDead = true;
      onDeath(new FsoError(`a thread of the walk has ended: ${reason}`, { remedy: 'run it again, perhaps with `--threads 1`' }));
    };
    worker.on('error', (error) => die(messageOf(error)));
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        die(`status ${code}`);
        resolve();
      });
    });
    this.begun = Promise.race([begun, this.ended]);
  }

  /** Rejects all that the main thread waits for. */
  fail(error: unknown): void {
    this.peer.fail(error);
    this.calls.fail(error);
  }

  /** Ends the thread; never rejects. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.race([this.calls.call('stop', undefined), this.ended]).catch(() => undefined);
    this.port.close();
    await this.worker.terminate();
  }
}

interface Start {
  readonly threads: number;
  readonly program: URL;
  readonly leastEntries?: number;
  readonly isRecheck: boolean;
  readonly fail: (error: unknown) => void;
}

/** Starts all threads of a team but the main one. @param context of the walk of the main thread, which offers subtrees from now on */
export function startMembers(
  context: ObservationContext<null>,
  offers: SubtreeOffers,
  start: Start,
  { repo, lockName, tally, listener, known }: TeamWork,
): readonly TeamMember[] {
  const { threads, program, leastEntries, isRecheck, fail } = start;
  const seats = IdleSeats.memory(threads);
  const ports = portsBetween(threads);
  const own = new LeftWork(context);
  // What fails here fails as it is; the others only hear of it.
  const failing = async <T>(work: () => T | Promise<T>): Promise<Awaited<T>> => {
    try {
      return await work();
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  const left: WalkThread = { compare: (subtree) => failing(() => own.compare(subtree)), sum: (one) => failing(() => own.sum(one)) };
  const peers = new Map<number, PortCalls<WalkThread>>();
  const members: TeamMember[] = [];
  for (let seat = 1; seat < threads; seat += 1) {
    const setup: ThreadSetup = {
      realdir: repo.realdir,
      root: repo.bounds.root,
      entersFuse: repo.bounds.entersFuse === true,
      top: context.cursor.rootStat,
      gitDir: repo.gitDir,
      lockName,
      nogbundles: [...context.selection.paths],
      exclude: context.exclude?.toString('latin1') ?? null,
      ignoreSteps: context.ignoreSteps,
      isRecheck,
      sumsVisitedOnly: context.sumsVisitedOnly,
      fingerprints: context.fingerprints?.before ?? null,
      summedElsewhere: [...(known?.paths ?? [])],
      tellsChanges: listener.onChange !== undefined,
      tellsTrace: context.trace !== null,
      leastEntries,
      seats,
      seat,
      ports: [...(ports[seat] ?? new Map<number, MessagePort>())],
    };
    const port = ports[0]?.get(seat);
    if (port === undefined) throw new RangeError('no way to a thread');
    const peer = new PortCalls<WalkThread>(port, { ...left });
    const worker = new Worker(program, {
      workerData: setup,
      transferList: setup.ports.map(([, end]) => end),
      execArgv: [],
      name: 'git-fso walk',
    });
    const asked: Omit<MainThread, 'begun'> = {
      lock: () => failing(() => context.beforeWrite()),
      sumsOf: ({ path, stat }) => failing(() => known?.sumsOf(path, stat) ?? null),
      tell: ({ visited, directory, changes, trace }) => {
        relayTrace(trace);
        for (const [letter, path] of changes) listener.onChange?.(letter, path);
        tally.onVisitedBy(seat, visited, directory);
      },
      fail: (error) => fail(receivedError(error)),
    };
    members.push(new TeamMember(worker, peer, port, asked, fail));
    peers.set(seat, peer);
  }
  offers.open(new IdleSeats(seats, 0), peers);
  return members;
}

/** For each seat the ends of channels to all others. */
function portsBetween(count: number): readonly Map<number, MessagePort>[] {
  const ends = Array.from({ length: count }, () => new Map<number, MessagePort>());
  for (let a = 0; a < count; a += 1) {
    for (let b = a + 1; b < count; b += 1) {
      const { port1, port2 } = new MessageChannel();
      ends[a]?.set(b, port1);
      ends[b]?.set(a, port2);
    }
  }
  return ends;
}
