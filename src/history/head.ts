import { hash } from 'node:crypto';
import { ObjectReader } from '../git/object-reader.js';
import type { Oid } from '../git/object-id.js';
import { readRef } from '../git/refs.js';
import type { Signature } from '../git/signature.js';
import type { ByteString } from '../util/byte-string.js';
import { atPath } from './at-path.js';

/** The facets that together are the state of a repo, in the order in which they are reported. */
export const HEAD_FACETS = ['stat', 'sha', 'meta', 'content'] as const;

export type HeadFacet = (typeof HEAD_FACETS)[number];

/** The newest commit of a facet. */
export interface FacetHead {
  readonly commit: Oid;
  readonly author: Signature;
  readonly committer: Signature;
}

/** Heads by facet; null where the branch does not exist. */
export type Heads = Readonly<Record<HeadFacet, FacetHead | null>>;

/**
 * The heads of the four facets.
 * @param refOf the full name of a facet's branch
 * @throws FsoError that names the branch, if its commit cannot be read
 */
export function readHeads(gitDir: ByteString, refOf: (facet: HeadFacet) => string): Heads {
  const reader = ObjectReader.open(gitDir);
  const read = (facet: HeadFacet): FacetHead | null => {
    const commit = readRef(gitDir, refOf(facet));
    if (commit === null) return null;
    const { author, committer } = atPath(refOf(facet), () => reader.readCommit(commit));
    return { commit, author, committer };
  };
  try {
    return { stat: read('stat'), sha: read('sha'), meta: read('meta'), content: read('content') };
  } finally {
    reader.close();
  }
}

/** A field of type bytes and 20 bytes of length, as Protocol Buffers encode it. */
function protobufField(number: number, bytes: ByteString): ByteString {
  return String.fromCharCode((number << 3) | 2, bytes.length) + bytes;
}

/**
 * Identifies the state of all four branches: SHA-512/256, as 64 hexadecimal digits, of a Protocol
 * Buffers message with their commits in the fields 1 to 4; absent branches are left out.
 */
export function gitNogCommit(commits: Readonly<Record<HeadFacet, Oid | null>>): string {
  const fields = HEAD_FACETS.map((facet, index) => {
    const commit = commits[facet];
    return commit === null ? '' : protobufField(index + 1, commit);
  });
  return hash('sha512-256', Buffer.from(fields.join(''), 'latin1'));
}

/** `gitNogCommit` of heads. */
export function gitNogCommitOf(heads: Heads): string {
  const commitOf = (facet: HeadFacet): Oid | null => heads[facet]?.commit ?? null;
  return gitNogCommit({ stat: commitOf('stat'), sha: commitOf('sha'), meta: commitOf('meta'), content: commitOf('content') });
}
