import type { ObjectReader } from '../../git/objects/object-reader.js';
import { EMPTY_BLOB } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { AttributeRules } from '../../realdir/attributes/attributes.js';
import { findNogbundles } from '../../realdir/attributes/nogbundles.js';
import { NogbundlePatterns } from '../../realdir/attributes/nogbundle-patterns.js';
import type { Bounds } from '../../realdir/reach/reach.js';
import type { ByteString } from '../../util/byte-string.js';

/** The files of the stub, as they are recorded on the branch of a facet. */
export interface RecordedStub {
  readonly gitignore: Buffer | null;
  readonly gitattributes: Buffer | null;
  readonly nogbundles: Buffer | null;
}

const NOTHING = Buffer.alloc(0);

/** Reads the stub's files from a tree; null for each one that is not there. */
export function readRecordedStub(reader: ObjectReader, tree: Oid | null): RecordedStub {
  const entries = tree === null ? [] : reader.readTree(tree);
  const read = (name: string): Buffer | null => {
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry?.mode !== FileMode.file) return null;
    // Most stubs have an empty `.gitignore`; what is in it the name says.
    return entry.oid === EMPTY_BLOB ? NOTHING : reader.readBlob(entry.oid);
  };
  return {
    gitignore: read('.gitignore'),
    gitattributes: read('.gitattributes'),
    nogbundles: read('.nogbundles'),
  };
}

/** Which directories are nogbundles (NOE-18, Specifying nogbundles). */
export class NogbundleSelection {
  static readonly none = new NogbundleSelection(new Set());

  private readonly parents = new Set<ByteString>();

  /** @param paths of the directories, relative to the realdir */
  constructor(readonly paths: ReadonlySet<ByteString>) {
    for (const path of paths) {
      for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
        this.parents.add(path.slice(0, slash));
      }
    }
  }

  /** Looks for the nogbundles of a realdir; reads candidate directories only. */
  static find(
    realdir: ByteString,
    bounds: Bounds,
    stub: RecordedStub,
    onProblem: (path: ByteString, error: unknown) => void,
  ): NogbundleSelection {
    const patterns = NogbundlePatterns.parse(stub.nogbundles);
    if (patterns.isEmpty) return NogbundleSelection.none;
    const found = findNogbundles(realdir, patterns, AttributeRules.parse(stub.gitattributes), onProblem, bounds);
    return new NogbundleSelection(found.recorded);
  }

  /** True if no directory is a nogbundle. */
  get isEmpty(): boolean {
    return this.paths.size === 0;
  }

  /** True if the directory is recorded as a nogbundle. */
  has(path: ByteString): boolean {
    return this.paths.has(path);
  }

  /** True if a nogbundle is somewhere below the directory. */
  isBelow(path: ByteString): boolean {
    return this.parents.has(path);
  }
}
