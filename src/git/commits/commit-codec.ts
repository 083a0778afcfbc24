import { TextDecoder } from 'node:util';
import { FsoError } from '../../util/errors.js';
import { oidFromHex, oidToHex } from '../objects/object-id.js';
import type { Oid } from '../objects/object-id.js';
import { formatSignature, parseSignature } from './signature.js';
import type { Signature } from './signature.js';

export type { Signature } from './signature.js';

/** A commit object. Names and message are text; they are written as UTF-8. */
export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Signature;
  readonly committer: Signature;
  /** As it stands in the object: usually ends with a newline. */
  readonly message: string;
}

const HEX_ID = /^[0-9a-f]{40}$/;

/**
 * The body of the commit object.
 * @throws FsoError if the message contains a NUL character, behind which Git would not see it.
 */
export function encodeCommit(commit: Commit): Buffer {
  if (commit.message.includes('\0')) throw new FsoError('a commit message must not contain NUL characters');
  const headers = [
    `tree ${oidToHex(commit.tree)}`,
    ...commit.parents.map((parent) => `parent ${oidToHex(parent)}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ];
  return Buffer.from(`${headers.join('\n')}\n\n${commit.message}`, 'utf8');
}

/**
 * Reads the body of a commit object. Headers that git-fso does not use (`gpgsig`, `mergetag` and the
 * like, with their continuation lines) are skipped; `encoding` is honoured where Node knows it.
 * @throws FsoError if there is no valid `tree` or `parent` line.
 */
export function decodeCommit(body: Buffer): Commit {
  const end = body.indexOf('\n\n');
  const headerBytes = end < 0 ? body : body.subarray(0, end);
  const decoder = decoderFor(headerBytes);
  const parents: Oid[] = [];
  let tree: Oid | undefined;
  let author = parseSignature('');
  let committer = author;
  for (const line of decoder.decode(headerBytes).split('\n')) {
    const space = line.indexOf(' ');
    const value = line.slice(space + 1);
    // A continuation line starts with a space, so its key is empty and matches none of these.
    switch (line.slice(0, Math.max(space, 0))) {
      case 'tree': tree = idFrom(value); break;
      case 'parent': parents.push(idFrom(value)); break;
      case 'author': author = parseSignature(value); break;
      case 'committer': committer = parseSignature(value); break;
    }
  }
  if (tree === undefined) throw new FsoError('the commit object names no tree');
  return { tree, parents, author, committer, message: end < 0 ? '' : decoder.decode(body.subarray(end + 2)) };
}

function idFrom(hex: string): Oid {
  if (!HEX_ID.test(hex)) throw new FsoError(`the commit object contains a bad object id: ${JSON.stringify(hex)}`);
  return oidFromHex(hex);
}

/** Making one takes longer than decoding a commit. */
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decoderFor(headers: Buffer): TextDecoder {
  const encoding = /\nencoding (.+)/.exec(headers.toString('latin1'))?.[1];
  if (encoding === undefined) return UTF_8;
  try {
    return new TextDecoder(encoding, { ignoreBOM: true });
  } catch (error) {
    if (error instanceof RangeError) return UTF_8;
    throw error;
  }
}
