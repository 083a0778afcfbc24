/** What is true of a facet, the kind of record on a branch of its own, wherever that matters. */
interface FacetRow {
  /** A new shadow repo has its branch. */
  readonly isInitial: boolean;
  /** Its branch follows the stub when that is applied. */
  readonly followsStub: boolean;
  /** A rescan makes it anew, from the realdir or from other branches; else a person does. */
  readonly isRescanned: boolean;
  /** `sot` and `tos` combine it. */
  readonly isCombined: boolean;
  /** What its blobs are, which `check` looks at: records, content of files, or neither. */
  readonly holds: 'records' | 'content' | 'trees';
  /** Its field in the message that identifies the state of a repo (`shadow/read/heads`); null if it is no part of that. */
  readonly headField: number | null;
  /** The original keeps an index file for it, which it does not make anew each time. */
  readonly hasIndex: boolean;
}

/**
 * The facets, in the order in which they depend on one another and in which branches move. Adding one begins with a
 * row here (docs/adding.md).
 */
const TABLE = {
  stat: { isInitial: true, followsStub: true, isRescanned: true, isCombined: true, holds: 'records', headField: 1, hasIndex: true },
  sha: { isInitial: true, followsStub: true, isRescanned: true, isCombined: true, holds: 'records', headField: 2, hasIndex: true },
  content: { isInitial: true, followsStub: true, isRescanned: true, isCombined: true, holds: 'content', headField: 4, hasIndex: true },
  archive: {
    isInitial: false,
    followsStub: false,
    isRescanned: false,
    isCombined: false,
    holds: 'content',
    headField: null,
    hasIndex: true,
  },
  meta: { isInitial: false, followsStub: false, isRescanned: false, isCombined: false, holds: 'records', headField: 3, hasIndex: false },
  sot: { isInitial: true, followsStub: false, isRescanned: true, isCombined: false, holds: 'trees', headField: null, hasIndex: false },
  tos: { isInitial: true, followsStub: false, isRescanned: true, isCombined: false, holds: 'trees', headField: null, hasIndex: false },
  verify: {
    isInitial: false,
    followsStub: false,
    isRescanned: true,
    isCombined: false,
    holds: 'records',
    headField: null,
    hasIndex: false,
  },
} as const satisfies Readonly<Record<string, FacetRow>>;

/** The kind of record about a realdir. */
export type Facet = keyof typeof TABLE;

/** The facets whose rows have one of the values in a column. */
type FacetsWith<Column extends keyof FacetRow, Value> = {
  [F in Facet]: (typeof TABLE)[F][Column] extends Value ? F : never;
}[Facet];

function facetsWith<Column extends keyof FacetRow, Value extends FacetRow[Column]>(
  column: Column,
  ...values: readonly Value[]
): readonly FacetsWith<Column, Value>[] {
  return FACETS.filter((facet): facet is FacetsWith<Column, Value> => (values as readonly unknown[]).includes(TABLE[facet][column]));
}

/** All facets. */
export const FACETS = Object.keys(TABLE) as readonly Facet[];

/** Facets that a rescan can update, in the order in which they depend on one another. */
export const RESCAN_FACETS = facetsWith('isRescanned', true);

export type RescanFacet = (typeof RESCAN_FACETS)[number];

/** Facets that follow the stub when it is applied, in the order in which their branches move. */
export const STUB_FOLLOWERS = facetsWith('followsStub', true);

/** The facets that `sot` and `tos` combine; their commits are parents of the combination, in this order. */
export const COMBINED_FACETS = facetsWith('isCombined', true);

/** Facets of records. */
export const RECORD_FACETS = facetsWith('holds', 'records');

/** Facets whose blobs `check` looks at. */
export const CHECKED_FACETS = facetsWith('holds', 'records', 'content');

/** Facets for which the original has an index file. */
export const INDEXED_FACETS = facetsWith('hasIndex', true);

/** The field of a facet in the message that identifies the state of a repo. */
export function headFieldOf(facet: HeadFacet): number {
  return TABLE[facet].headField;
}

/** The facets that together are the state of a repo, in the order in which they are reported. */
export const HEAD_FACETS = facetsWith('headField', 1, 2, 3, 4).toSorted((a, b) => headFieldOf(a) - headFieldOf(b));

export type HeadFacet = FacetsWith<'headField', number>;

/** The branch of the stub, which HEAD of a shadow repo names. */
export const STUB_BRANCH = 'refs/heads/master-stub';

/** What the names of refs start with that only git-fso knows. */
export const HIDDEN_REFS = 'refs/fso/';

/** Hidden ref of the tree that says what was hashed: a list in each directory. */
export const HASHED_REF = `${HIDDEN_REFS}sha-seen`;

/**
 * Hidden ref of the tree of findings that `sha` has made in a repo that was never verified: it gets no `master-verify`, since the
 * original has no such branch. The first run of `verify` takes them over.
 */
export const FINDINGS_REF = `${HIDDEN_REFS}findings`;

/** Hidden ref of the list of mount points: `MountList`. */
export const MOUNTS_REF = `${HIDDEN_REFS}mounts`;

/** The branch of a facet, as a full ref name. */
export function branchOf(facet: Facet): string {
  return `refs/heads/master-${facet}`;
}

/** True for the full name of a branch of records. */
export function isFacetBranch(ref: string): boolean {
  return FACETS.some((facet) => branchOf(facet) === ref);
}

/** The branches that a new shadow repo has, all at the same commit. */
export const INITIAL_BRANCHES: readonly string[] = [STUB_BRANCH, ...facetsWith('isInitial', true).map(branchOf)];
