import { readToplevel } from '../../facets/stat/toplevel-stat.js';
import { readVerifyState } from '../../facets/verify/verify-state.js';
import type { RecordedCommit } from '../../git/commits/first-parents.js';
import { firstParentsSince } from '../../git/commits/first-parents.js';
import { oidFromHex, oidToHex } from '../../git/objects/object-id.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import { RepoHistory } from '../../history/states/repo-history.js';
import { recordedTracking } from '../../history/states/tracking.js';
import { FINDINGS_REF, HASHED_REF } from '../../shadow/facets.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import type { BranchMark, KnownFinding, KnownRepo } from '../files/manifest.js';

/** A branch, as far as the index has not read it. */
export interface BranchNews {
  /** Null if all of it is new, or its history is another one than before. */
  readonly known: BranchMark | null;
  /** The oldest first. */
  readonly commits: readonly RecordedCommit[];
}

/** What is to be read of a repo. */
export interface RepoNews {
  readonly repo: ShadowRepo;
  /** What is known of it from now on, but for `nesting`. */
  readonly next: Omit<KnownRepo, 'nesting'>;
  /** What was known before; null if all of it is to be read. */
  readonly before: KnownRepo | null;
  /** The newest tree of `stat`; null if nothing is recorded. */
  readonly tree: Oid | null;
  /** Null where nothing is new. */
  readonly branches: { readonly stat: BranchNews; readonly sha: BranchNews } | null;
}

const hex = (oid: Oid | null): string | null => (oid === null ? null : oidToHex(oid));

/** Looks what is new in a repo. @throws FsoError if it cannot be read */
export function newsOf(repo: ShadowRepo, id: string, root: ByteString, known: KnownRepo | null): RepoNews {
  const [stat, sha, hashed] = [hex(repo.head('stat')), hex(repo.head('sha')), hex(readRef(repo.gitDir, HASHED_REF))];
  const verified = hex(repo.head('verify') ?? readRef(repo.gitDir, FINDINGS_REF));
  const isSamePlace = known !== null && known.realdir === repo.realdir && known.root === root;
  const place = { id, root, realdir: repo.realdir, shadow: repo.directory };
  const isSame = isSamePlace && known.tips.join() === [stat, sha, hashed].join();
  const history = new RepoHistory(repo);
  try {
    const findings = known !== null && known.verified === verified ? known.findings : findingsOf(history);
    if (isSame) {
      const tree = known.stat === null ? null : oidFromHex(known.stat.tree);
      return { repo, next: { ...known, ...place, verified, findings }, before: known, tree, branches: null };
    }
    const branches = { stat: statNews(history, known?.stat ?? null), sha: shaNews(history, known?.sha ?? null) };
    const last = markOf(branches.stat);
    const tree = last === null ? null : oidFromHex(last.tree);
    const fields = readToplevel(history.reader, tree);
    const digits = (key: string): string | null => {
      const value = fields?.get(key);
      return value === undefined || typeof value === 'string' ? null : String(value);
    };
    const continues = isSamePlace && (known.stat === null) === (branches.stat.known === null) && isContinued(known.sha, branches.sha);
    const tracking = tree === null ? null : recordedTracking(history.reader, tree);
    const next = {
      ...place,
      tips: [stat, sha, hashed],
      tracking,
      isOneSum: tracking === 'ignore-most',
      firstRecord: branches.stat.known === null ? (branches.stat.commits[0]?.seconds ?? null) : (known?.firstRecord ?? null),
      lastRecord: last?.seconds ?? null,
      files: digits('files'),
      size: digits('size'),
      stat: last,
      sha: markOf(branches.sha),
      hashed,
      verified,
      findings,
    };
    const isWhole = !continues || known.stat === null || (known.hashed === null) !== (hashed === null) || isOutOfOrder(known, branches);
    return { repo, next, before: isWhole ? null : known, tree, branches };
  } finally {
    history.close();
  }
}

/** Commits that come after others, but are not later, can change what was known about the past. */
function isOutOfOrder({ stat }: KnownRepo, branches: { readonly stat: BranchNews; readonly sha: BranchNews }): boolean {
  const [first] = branches.stat.commits;
  const [firstSha] = branches.sha.commits;
  if (stat === null) return false;
  return (first !== undefined && first.seconds <= stat.seconds) || (firstSha !== undefined && firstSha.seconds < stat.seconds);
}

function isContinued(known: BranchMark | null, { known: found }: BranchNews): boolean {
  return known === null || found !== null;
}

function statNews(history: RepoHistory, known: BranchMark | null): BranchNews {
  const tip = history.repo.head('stat');
  return (tip === null ? null : newsSince(history, tip, known)) ?? { known: null, commits: history.stat };
}

function shaNews(history: RepoHistory, known: BranchMark | null): BranchNews {
  const tip = history.repo.head('sha');
  return (tip === null ? null : newsSince(history, tip, known)) ?? { known: null, commits: history.sha };
}

/** Null if all of the history is new. */
function newsSince({ repo, reader }: RepoHistory, tip: Oid, known: BranchMark | null): BranchNews | null {
  if (known === null) return null;
  const oid = oidFromHex(known.commit);
  const commits = firstParentsSince(repo.gitDir, reader, tip, { oid, seconds: known.seconds });
  return commits === null ? null : { known, commits };
}

function markOf({ known, commits }: BranchNews): BranchMark | null {
  const last = commits.at(-1);
  if (last === undefined) return known;
  return { commit: oidToHex(last.oid), tree: oidToHex(last.tree), seconds: last.seconds, commits: (known?.commits ?? 0) + commits.length };
}

function findingsOf({ repo, reader }: RepoHistory): readonly KnownFinding[] {
  return [...readVerifyState(repo, reader).findings].map(([path, finding]) => ({
    path,
    class: finding.class,
    size: String(finding.size),
    sha256: finding.sha256,
    found: finding.found,
    lastGood: finding.lastGood,
    firstBad: finding.firstBad,
  }));
}
