import type { Amount, VerifyStatus } from '../../facets/verify/verify-status.js';
import { STATUS_DAYS, verifyStatus } from '../../facets/verify/verify-status.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { FsoError } from '../../util/errors.js';

/** What was verified below a directory. */
export interface PlaceStatus extends Omit<VerifyStatus, 'total'> {
  /** A root, or a realdir. */
  readonly path: ByteString;
  readonly repos: number;
  /** Days that it takes to read all at the present pace; null if nothing was read lately. */
  readonly roundDays: number | null;
}

function sum(amounts: readonly Amount[]): Amount {
  return { files: amounts.reduce((all, { files }) => all + files, 0), bytes: amounts.reduce((all, { bytes }) => all + bytes, 0) };
}

interface RepoStatus {
  readonly realdir: ByteString;
  readonly status: VerifyStatus;
}

/** Bytes that no checksum covers: what another repo in it records is not counted for the one around it. */
function uncoveredOf({ realdir, status }: RepoStatus, all: readonly RepoStatus[]): number {
  const inside = all.filter((other) => other.realdir !== realdir && isAtOrBelow(other.realdir, realdir));
  const direct = inside.filter((each) => !inside.some((other) => other !== each && isAtOrBelow(each.realdir, other.realdir)));
  return Math.max(0, status.uncovered - direct.reduce((bytes, other) => bytes + other.status.total, 0));
}

/**
 * What was verified, for each of some directories, with all repos at and below it.
 * @param now seconds since the epoch
 * @param onProblem told of a repo that cannot be asked
 */
export async function placeStatuses(
  places: readonly ByteString[],
  repos: readonly ShadowRepo[],
  now: number,
  onProblem: (error: Error) => void,
  yieldTurn: YieldTurn,
): Promise<readonly PlaceStatus[]> {
  const all: RepoStatus[] = [];
  for (const repo of repos) {
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
    try {
      all.push({ realdir: repo.realdir, status: verifyStatus(repo, now) });
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      onProblem(error);
    }
  }
  return places.map((path) => statusOf(path, all.filter(({ realdir }) => isAtOrBelow(realdir, path)), all));
}

function statusOf(path: ByteString, own: readonly RepoStatus[], all: readonly RepoStatus[]): PlaceStatus {
  const statuses = own.map(({ status }) => status);
  const total = sum(statuses.map((status) => status.all));
  const paces = statuses.flatMap(({ bytesADay }) => bytesADay ?? []);
  const bytesADay = paces.length === 0 ? null : paces.reduce((pace, each) => pace + each, 0);
  const oldest = statuses.flatMap((status) => status.oldest ?? []);
  return {
    path,
    repos: own.length,
    all: total,
    read: STATUS_DAYS.map((_days, index) => sum(statuses.flatMap(({ read }) => read[index] ?? []))),
    never: sum(statuses.map(({ never }) => never)),
    oldest: oldest.length === 0 ? null : Math.min(...oldest),
    uncovered: own.reduce((bytes, each) => bytes + uncoveredOf(each, all), 0),
    corrupt: statuses.reduce((count, { corrupt }) => count + corrupt, 0),
    rewritten: statuses.reduce((count, { rewritten }) => count + rewritten, 0),
    bytesADay,
    roundDays: bytesADay === null || bytesADay === 0 || total.files === 0 ? null : total.bytes / bytesADay,
  };
}
