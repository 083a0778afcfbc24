import { writeFileDurable } from '../../storage/durable-file.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { ProblemStore } from '../../shadow/remembered/problem-store.js';
import type { ByteString } from '../../util/byte-string.js';
import type { Clock } from '../schedule/clock.js';
import { asError } from '../context.js';
import type { RescanEvent } from '../events.js';
import type { Metric } from './metrics-text.js';
import { metricsText, pathLabel } from './metrics-text.js';
import type { RootTotals, VerifyTotals } from './root-totals.js';
import { RootSummer } from './root-totals.js';
import { RescanTally } from './tally.js';
import type { Root, Site } from '../site.js';

const MODE = 0o644;

/** What has happened in one root since metrics were last written. */
class RootRound {
  readonly tally = new RescanTally();
  seconds = 0;
}

/** Writes figures about each root for monitoring, after each round. */
export class MetricsFile {
  private rounds = new Map<ByteString, RootRound>();
  private readonly summer = new RootSummer();

  constructor(
    private readonly problems: ProblemStore,
    private readonly clock: Clock,
  ) {}

  /** Takes note of an event. */
  add(event: RescanEvent): void {
    if (event.type !== 'repo' && event.type !== 'root-error' && event.type !== 'unreadable' && event.type !== 'strange') return;
    const round = this.rounds.get(event.root) ?? new RootRound();
    this.rounds.set(event.root, round);
    round.tally.add(event);
    if (event.type === 'repo') round.seconds += event.report.seconds;
  }

  /**
   * Replaces the file of a site in one step, if it has one, and begins a new round.
   * @returns why that failed; null if it did not
   */
  write(site: Site): Error | null {
    const rounds = this.rounds;
    this.rounds = new Map();
    if (site.metricsFile === null) return null;
    try {
      writeFileDurable(site.metricsFile, metricsText(this.metrics(site, rounds)), MODE);
      return null;
    } catch (error) {
      return asError(error);
    }
  }

  private verifyMetrics(totals: ReadonlyMap<Root, RootTotals>, rounds: ReadonlyMap<ByteString, RootRound>): readonly Metric[] {
    const gauge = (name: string, help: string, valueOf: (verified: VerifyTotals, root: Root) => number): Metric => ({
      name,
      help,
      samples: [...totals].flatMap(([root, { verified }]) =>
        verified === null ? [] : [{ labels: { root: pathLabel(root.path) }, value: valueOf(verified, root) }],
      ),
    });
    return [
      gauge('corrupt_files', 'Files with other bytes than recorded that nobody has written.', ({ corrupt }) => corrupt),
      gauge('rewritten_files', 'Files that were written with their mtime put back.', ({ rewritten }) => rewritten),
      gauge(
        'verify_oldest_timestamp_seconds',
        'When the file with a checksum was read that was not read for longest; 0 if there is none.',
        ({ oldest }) => oldest,
      ),
      gauge('hashed_bytes', 'Bytes of files with checksums.', ({ bytes }) => bytes),
      gauge('verified_bytes', 'Bytes of files that were read again since they were hashed.', ({ bytes, neverBytes }) => bytes - neverBytes),
      gauge(
        'round_verified_bytes',
        'Bytes that verify has read in the last round.',
        (_verified, root) => rounds.get(root.path)?.tally.verifiedBytes ?? 0,
      ),
    ];
  }

  private metrics(site: Site, rounds: ReadonlyMap<ByteString, RootRound>): readonly Metric[] {
    const totals = this.summer.totals(site);
    const standing = this.problems.list();
    const now = this.clock.now().getTime() / 1000;
    const gauge = (name: string, help: string, valueOf: (root: Root, totals: RootTotals, round: RootRound) => number): Metric => ({
      name,
      help,
      samples: [...totals].map(([root, sums]) => ({
        labels: { root: pathLabel(root.path) },
        value: valueOf(root, sums, rounds.get(root.path) ?? new RootRound()),
      })),
    });
    const problemsOf = (root: Root): number =>
      new Set(standing.filter(({ path }) => isAtOrBelow(path, root.path)).map(({ path }) => path)).size;
    return [
      gauge('repos', 'Shadow repos.', (_root, { repos }) => repos),
      gauge('files', 'Regular files in all realdirs, as recorded.', (_root, { files }) => files),
      gauge('bytes', 'Bytes in all realdirs, as recorded.', (_root, { bytes }) => bytes),
      gauge(
        'sums_timestamp_seconds',
        'From when files and bytes are, in the repo where that is longest ago; 0 if it is not known.',
        (_root, { oldestSums }) => oldestSums,
      ),
      {
        name: 'last_success_timestamp_seconds',
        help: 'Last complete run of a facet, in the repo where that is longest ago; 0 if it never was.',
        samples: [...totals].flatMap(([root, { oldestSuccess }]) =>
          [...oldestSuccess].map(([facet, value]) => ({
            labels: { root: pathLabel(root.path), facet },
            value,
          })),
        ),
      },
      ...this.verifyMetrics(totals, rounds),
      gauge('problem_repos', 'Directories with problems that no run has solved yet.', problemsOf),
      gauge('round_timestamp_seconds', 'End of the last round.', () => now),
      gauge('round_repos', 'Repos that were worked on in the last round.', (_root, _sums, { tally }) => tally.summary().repos),
      gauge('round_seconds', 'Time that was spent on repos in the last round.', (_root, _sums, { seconds }) => seconds),
      gauge('round_errors', 'Repos and roots that failed in the last round.', (_root, _sums, { tally }) => tally.summary().failed),
      gauge(
        'round_unreadable_paths',
        'Paths that could not be read in the last round.',
        (_root, _sums, { tally }) => tally.summary().problems,
      ),
      gauge('round_changed_paths', 'Paths that were added, modified or deleted, as found in the last round.', (_root, _sums, { tally }) => {
        const { added, modified, deleted } = tally.summary();
        return added + modified + deleted;
      }),
    ];
  }
}
