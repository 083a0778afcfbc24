import { readVerifyState } from '../../facets/verify/verify-state.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import { dailyTotals } from '../../history/growth/growth.js';
import { placeStatuses } from '../../history/integrity/site-status.js';
import type { OnProblem } from '../../history/places/ground.js';
import type { Part } from '../../history/places/parts.js';
import { pathOfPart } from '../../history/places/parts.js';
import { Histories } from '../../history/states/histories.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { FindingFact, ReportFacts } from '../facts.js';

/** What the records of repos are asked. */
export interface RecordQuestion {
  /** Sorted by realdir. */
  readonly parts: readonly Part[];
  /** Of what it is told how much was verified: roots, or realdirs. */
  readonly places: readonly ByteString[];
  /** Seconds since 1970. */
  readonly since: number;
  readonly now: number;
  /** Told of a repo that cannot be asked; the others go on. */
  readonly onProblem: OnProblem;
  readonly yieldTurn: YieldTurn;
}

type RecordFacts = Pick<ReportFacts, 'repos' | 'recordedAt' | 'growth' | 'verified' | 'findings'>;

/** What repos themselves answer: how much there was day by day, what was verified, what was found. */
export async function recordFacts(question: RecordQuestion): Promise<RecordFacts> {
  const { parts, places, now, onProblem, yieldTurn } = question;
  const repos = [...new Map(parts.map(({ repo }) => [repo.directory, repo])).values()];
  const verified = await placeStatuses(places, repos, now, (error) => onProblem('', error), yieldTurn);
  const growth = await growthOf(question);
  const findings: FindingFact[] = [];
  for (const part of parts) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    try {
      findings.push(...findingsIn(part));
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      onProblem(part.repo.realdir, error);
    }
  }
  return { repos: repos.length, recordedAt: growth.recordedAt, growth: growth.levels, verified, findings };
}

async function growthOf({ parts, since, now, onProblem, yieldTurn }: RecordQuestion): Promise<{
  readonly levels: ReportFacts['growth'];
  readonly recordedAt: number | null;
}> {
  const histories = new Histories();
  try {
    const totals = await dailyTotals(parts, { since, until: Number.POSITIVE_INFINITY, now, histories, onProblem, yieldTurn });
    const times = parts.flatMap(({ repo }) => lastRecordOf(repo, histories) ?? []);
    return {
      levels: totals.map(({ seconds, amount }) => ({ time: seconds, size: Number(amount.size), files: Number(amount.files) })),
      recordedAt: times.length === 0 ? null : Math.max(...times),
    };
  } finally {
    histories.close();
  }
}

/** When something was last recorded; null if that is not known. What cannot be read was told already. */
function lastRecordOf(repo: ShadowRepo, histories: Histories): number | null {
  try {
    return histories.of(repo).history.stat.at(-1)?.seconds ?? null;
  } catch (error) {
    if (!(error instanceof FsoError)) throw error;
    return null;
  }
}

function findingsIn(part: Part): FindingFact[] {
  const { repo } = part;
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const found = [...readVerifyState(repo, reader).findings].map(([path, finding]) => ({ path: joinPath(repo.realdir, path), finding }));
    return found.filter(({ path }) => isAtOrBelow(path, pathOfPart(part)));
  } finally {
    reader.close();
  }
}
