import type { ByteString } from '../../util/byte-string.js';
import { parsedJson } from '../../util/text/parsed-json.js';

/** What the format of the files is called; what has another one is made anew. */
const FORMAT = 1;

/** Files that were written together, of the rows of one root. Null where there were no rows. */
export interface Layer {
  /** Later ones have higher numbers, over all roots; each row has that of its files. */
  readonly number: number;
  readonly versions: string | null;
  readonly runs: string | null;
  /** Rows in `versions`. */
  readonly rows: number;
}

/** What there is of a root. */
export interface RootFiles {
  readonly path: ByteString;
  /** All rows as they were when it was written, sorted by repo and path. */
  readonly base: Layer | null;
  /** What has come since, the oldest first: new rows, and rows in place of older ones with the same repo, path and beginning. */
  readonly deltas: readonly Layer[];
  /** Rows of a repo in layers before a number do not count: it is gone, or was read anew. */
  readonly dropped: readonly { readonly repo: string; readonly before: number }[];
}

/** A branch as far as it was read. */
export interface BranchMark {
  /** Its last commit, in hexadecimal. */
  readonly commit: string;
  /** Its tree, in hexadecimal. */
  readonly tree: string;
  /** When that was made, as answers have it, in seconds since 1970. */
  readonly seconds: number;
  /** How many commits there were. */
  readonly commits: number;
}

/** A finding of `verify` that stands. */
export interface KnownFinding {
  /** Relative to the realdir. */
  readonly path: ByteString;
  readonly class: string;
  /** In digits, since JSON has no large numbers. */
  readonly size: string;
  readonly sha256: string;
  readonly found: string;
  /** Seconds since 1970. */
  readonly lastGood: number;
  readonly firstBad: number;
}

/** A repo, and how far its branches were read. */
export interface KnownRepo {
  /** Its uuid; of several with the same, or one without, something else that is as unique. */
  readonly id: string;
  readonly root: ByteString;
  readonly realdir: ByteString;
  readonly shadow: ByteString;
  readonly tracking: string | null;
  /** When records begin, and when the last one was made; null if there are none. */
  readonly firstRecord: number | null;
  readonly lastRecord: number | null;
  /** Sums of the realdir, in digits; null where they are not recorded. */
  readonly files: string | null;
  readonly size: string | null;
  /** Its newest record is for one sum (`ignore-most`). */
  readonly isOneSum: boolean;
  readonly stat: BranchMark | null;
  readonly sha: BranchMark | null;
  /** The tree that says what was hashed, in hexadecimal. */
  readonly hashed: string | null;
  /** What the refs named when they were read. */
  readonly tips: readonly (string | null)[];
  /** Which other repos its rows were divided with; see `Nesting`. */
  readonly nesting: string;
  /** The state of findings that was read, and these. */
  readonly verified: string | null;
  readonly findings: readonly KnownFinding[];
}

/** What the index consists of. It is replaced as a whole: what it names is there, what it does not name does not count. */
export interface Manifest {
  readonly format: typeof FORMAT;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  readonly nextLayer: number;
  readonly roots: readonly RootFiles[];
  readonly repos: readonly KnownRepo[];
}

/** An index without anything. */
export const NO_MANIFEST: Manifest = { format: FORMAT, updatedAt: 0, nextLayer: 1, roots: [], repos: [] };

/** Reads what `manifestText` has written; null if it is something else. */
export function parseManifest(text: string): Manifest | null {
  const value = parsedJson(text);
  if (value['format'] !== FORMAT) return null;
  return Array.isArray(value['roots']) && Array.isArray(value['repos']) ? (value as unknown as Manifest) : null;
}

export function manifestText(manifest: Manifest): string {
  return JSON.stringify(manifest);
}

/** The layers of a root. */
export function layersOf({ base, deltas }: RootFiles): readonly Layer[] {
  return [...(base === null ? [] : [base]), ...deltas];
}

/** The names of all files that a manifest names. */
export function filesOf({ roots }: Manifest): readonly string[] {
  return roots.flatMap(layersOf).flatMap(({ versions, runs }) => [versions, runs].flatMap((name) => name ?? []));
}
