import type { Oid } from '../../../git/objects/object-id.js';
import { PAIR_LENGTH } from '../../../shadow/remembered/fingerprint-file.js';
import type { ByteString } from '../../../util/byte-string.js';

const OID_LENGTH = 20;

/**
 * Remembers for the recorded trees of directories which facts they were made from (`DirectoryFacts`),
 * so that a directory in which nothing has changed is recognized without reading what is recorded.
 * A pair holds for ever: it says what comes out, not when.
 */
export class DirectoryFingerprints {
  /** Where the pair stands that is expected next: the order of a walk seldom changes. */
  private at = 0;
  private byTree: Map<string, ByteString> | null = null;
  private readonly met: ByteString[] = [];
  private hasNews = false;

  /** @param pairs each 20 bytes of a tree's id and 20 of a digest, in the order of the last walk */
  constructor(private readonly pairs: ByteString = '') {}

  /** The place of the next directory in the order of this walk. */
  place(): number {
    return this.met.push('') - 1;
  }

  /** True if comparing a directory with these facts is known to end in the recorded tree. */
  has(place: number, tree: Oid, digest: ByteString): boolean {
    const pair = this.pairOf(tree);
    if (pair?.endsWith(digest) !== true) return false;
    this.met[place] = pair;
    return true;
  }

  /** Remembers that a directory with these facts is recorded as this tree. */
  add(place: number, tree: Oid, digest: ByteString): void {
    // A copy: the id may be a part of all of a tree's body, which would stay in memory with it.
    this.met[place] = Buffer.from(tree + digest, 'latin1').toString('latin1');
    this.hasNews = true;
  }

  /** The pairs of this walk; null if none is new. */
  changed(): ByteString | null {
    return this.hasNews ? this.met.join('') : null;
  }

  private pairOf(tree: Oid): ByteString | undefined {
    const { at } = this;
    if (!this.pairs.startsWith(tree, at)) return this.index().get(tree);
    this.at += PAIR_LENGTH;
    return this.pairs.substr(at, PAIR_LENGTH);
  }

  private index(): Map<string, ByteString> {
    if (this.byTree !== null) return this.byTree;
    this.byTree = new Map();
    for (let at = 0; at < this.pairs.length; at += PAIR_LENGTH) {
      this.byTree.set(this.pairs.substr(at, OID_LENGTH), this.pairs.substr(at, PAIR_LENGTH));
    }
    return this.byTree;
  }
}
