import type { Oid } from '../../../git/objects/object-id.js';
import { PAIR_LENGTH } from '../../../shadow/remembered/fingerprint-file.js';
import type { ByteString } from '../../../util/byte-string.js';

const OID_LENGTH = 20;

/** Fingerprints of directories, in the order of a walk. */
export interface FoundFingerprints {
  readonly pairs: ByteString;
  /** One of them was not known before. */
  readonly hasNews: boolean;
}

/** What is known from the last walk. */
class KnownPairs {
  /** Where the pair stands that is expected next: the order of a walk seldom changes. */
  private at: number | null = 0;
  private places: Map<ByteString, number> | null = null;

  constructor(readonly pairs: ByteString) {}

  /** The pair as it is remembered; null if it is not. */
  find(tree: Oid, digest: ByteString): ByteString | null {
    const { pairs, at } = this;
    if (at !== null && pairs.startsWith(tree, at)) {
      this.at = at + PAIR_LENGTH;
      return pairs.startsWith(digest, at + OID_LENGTH) ? pairs.substr(at, PAIR_LENGTH) : null;
    }
    const place = this.index().get(tree + digest);
    if (place === undefined) return null;
    this.at = place + PAIR_LENGTH;
    return pairs.substr(place, PAIR_LENGTH);
  }

  /** The next directory is not the one that came next in the last walk. */
  jump(): void {
    this.at = null;
  }

  private index(): Map<ByteString, number> {
    if (this.places !== null) return this.places;
    this.places = new Map();
    for (let at = 0; at < this.pairs.length; at += PAIR_LENGTH) this.places.set(this.pairs.substr(at, PAIR_LENGTH), at);
    return this.places;
  }
}

/**
 * Remembers for the recorded trees of directories which facts they were made from (`DirectoryFacts`),
 * so that a directory in which nothing has changed is recognized without reading what is recorded.
 * A pair holds for ever: it says what comes out, not when.
 */
export class DirectoryFingerprints {
  private readonly met: ByteString[] = [];
  private hasNews = false;
  private readonly known: KnownPairs;

  /** @param pairs each 20 bytes of a tree's id and 20 of a digest, in the order of the last walk; or what a walk shares with its parts */
  constructor(pairs: ByteString | KnownPairs = '') {
    this.known = typeof pairs === 'string' ? new KnownPairs(pairs) : pairs;
  }

  /** For a part of the realdir: knows the same, and collects only what it meets itself. */
  ofPart(): DirectoryFingerprints {
    this.known.jump();
    return new DirectoryFingerprints(this.known);
  }

  /** The place of the next directory in the order of this walk. */
  place(): number {
    return this.met.push('') - 1;
  }

  /** The place of a part that somebody else walks. */
  placeOfPart(): number {
    this.known.jump();
    return this.place();
  }

  /** Puts what was found of a part at its place. */
  addPart(place: number, { pairs, hasNews }: FoundFingerprints): void {
    this.met[place] = pairs;
    if (hasNews) this.hasNews = true;
  }

  /** What this walk has found. */
  get found(): FoundFingerprints {
    return { pairs: this.met.join(''), hasNews: this.hasNews };
  }

  /** True if comparing a directory with these facts is known to end in the recorded tree. */
  has(place: number, tree: Oid, digest: ByteString): boolean {
    const pair = this.known.find(tree, digest);
    if (pair === null) return false;
    this.met[place] = pair;
    return true;
  }

  /** Remembers that a directory with these facts is recorded as this tree. */
  add(place: number, tree: Oid, digest: ByteString): void {
    // A copy: the id may be a part of all of a tree's body, which would stay in memory with it.
    this.met[place] = Buffer.from(tree + digest, 'latin1').toString('latin1');
    this.hasNews = true;
  }

  /** What was known before the walk. */
  get before(): ByteString {
    return this.known.pairs;
  }

  /** The pairs of this walk; null if none is new. */
  changed(): ByteString | null {
    return this.hasNews ? this.met.join('') : null;
  }
}
