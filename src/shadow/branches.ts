/** The kinds of record about a realdir. */
export const FACETS = ['stat', 'sha', 'content', 'archive', 'meta', 'sot', 'tos'] as const;

export type Facet = (typeof FACETS)[number];

/** The branch of the stub, which HEAD of a shadow repo names. */
export const STUB_BRANCH = 'refs/heads/master-stub';

/** What the names of refs start with that only git-fso knows. */
export const HIDDEN_REFS = 'refs/fso/';

/** Hidden ref of the tree that says what was hashed: a list in each directory. */
export const SEEN_REF = `${HIDDEN_REFS}sha-seen`;

/** The branch of a facet, as a full ref name. */
export function branchOf(facet: Facet): string {
  return `refs/heads/master-${facet}`;
}

/** The branches that a new shadow repo has, all at the same commit. */
export const INITIAL_BRANCHES: readonly string[] = [
  STUB_BRANCH,
  ...(['stat', 'sha', 'content', 'sot', 'tos'] as const).map(branchOf),
];

/** Facets that follow the stub when it is applied, in the order in which their branches move. */
export const STUB_FOLLOWERS = ['stat', 'sha', 'content'] as const satisfies readonly Facet[];
