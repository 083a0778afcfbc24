import { hash } from 'node:crypto';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { readRef } from '../../git/refs/refs.js';
import type { Signature } from '../../git/commits/signature.js';
import type { ByteString } from '../../util/byte-string.js';
import { atPath } from '../../util/at-path.js';
import type { HeadFacet } from '../facets.js';
import { branchOf, HEAD_FACETS, headFieldOf } from '../facets.js';

/** The newest commit of a facet. */
export interface FacetHead {
  readonly commit: Oid;
  readonly author: Signature;
  readonly committer: Signature;
}

/** Heads by facet; null where the branch does not exist. */
export type Heads = Readonly<Record<HeadFacet, FacetHead | null>>;

function byHeadFacet<T>(value: (facet: HeadFacet) => T): Readonly<Record<HeadFacet, T>> {
  return Object.fromEntries(HEAD_FACETS.map((facet) => [facet, value(facet)])) as Readonly<Record<HeadFacet, T>>;
}

/**
 * The heads of the facets that are the state of a repo.
 * @throws FsoError that names the branch, if its commit cannot be read
 */
export function readHeads(gitDir: ByteString): Heads {
  const reader = ObjectReader.open(gitDir);
  const read = (facet: HeadFacet): FacetHead | null => {
    const branch = branchOf(facet);
    const commit = readRef(gitDir, branch);
    if (commit === null) return null;
    const { author, committer } = atPath(branch, () => reader.readCommit(commit));
    return { commit, author, committer };
  };
  try {
    return byHeadFacet(read);
  } finally {
    reader.close();
  }
}

/** A field of type bytes and 20 bytes of length, as Protocol Buffers encode it. */
function protobufField(number: number, bytes: ByteString): ByteString {
  return String.fromCharCode((number << 3) | 2, bytes.length) + bytes;
}

/**
 * Identifies the state of these branches: SHA-512/256, as 64 hexadecimal digits, of a Protocol
 * Buffers message with their commits in the fields that the table of facets says; absent branches are left out.
 * @internal for tests
 */
export function gitNogCommit(commits: Readonly<Record<HeadFacet, Oid | null>>): string {
  const fields = HEAD_FACETS.map((facet) => {
    const commit = commits[facet];
    return commit === null ? '' : protobufField(headFieldOf(facet), commit);
  });
  return hash('sha512-256', Buffer.from(fields.join(''), 'latin1'));
}

/** `gitNogCommit` of heads. */
export function gitNogCommitOf(heads: Heads): string {
  return gitNogCommit(byHeadFacet((facet) => heads[facet]?.commit ?? null));
}
