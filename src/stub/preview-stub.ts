import { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import { AttributeRules } from '../realdir/attributes/attributes.js';
import { DirectoryCursor } from '../realdir/walk/directory-cursor.js';
import { NogbundlePatterns } from '../realdir/attributes/nogbundle-patterns.js';
import { findNogbundles } from '../realdir/attributes/nogbundles.js';
import type { RunOptions } from '../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import type { StubFileName, StubFiles } from '../shadow/stub/stub-files.js';
import type { ByteString } from '../util/byte-string.js';
import type { Problem } from '../facets/facet-result.js';
import { FacetTally } from '../facets/facet-result.js';
import { withoutIgnored } from './ignored-records.js';
import { observeStat } from '../facets/stat/observe-stat.js';
import { remainsOfMissing } from '../facets/observe/diff/missing-subtree.js';
import type { RecordedStub } from '../facets/observe/selection.js';
import { NogbundleSelection, readRecordedStub } from '../facets/observe/selection.js';

/** What a change of the stub would mean for `master-stat`. Paths are relative to the realdir. */
export interface StubPreview {
  /** Recorded paths that the new rules would ignore, and the present ones do not; they stay until they are deleted. */
  readonly ignored: number;
  /** Directories that would become nogbundles, sorted. */
  readonly bundled: readonly ByteString[];
  /** Recorded paths below these directories, which the summaries replace. */
  readonly replaced: number;
  /** Directories that would not be nogbundles any more, sorted. */
  readonly unbundled: readonly ByteString[];
  /** Paths that the next `stat` would record, and would not record with the present rules. */
  readonly appearing: number;
  readonly problems: readonly Problem[];
}

/** Tells what a change of stub files would mean. Nothing is written. */
export async function previewStub(
  repo: ShadowRepo,
  changed: StubFiles,
  options: Pick<RunOptions, 'signal'>,
): Promise<StubPreview> {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const head = repo.head('stat');
    const tree = head === null ? null : reader.readCommit(head).tree;
    const present = readRecordedStub(reader, tree);
    const tally = new FacetTally();
    return await new Preview(repo, reader, tree, tally, options.signal).compare(present, overlay(present, changed));
  } finally {
    reader.close();
  }
}

function overlay(present: RecordedStub, changed: StubFiles): RecordedStub {
  const text = (name: StubFileName): Buffer | undefined =>
    changed[name] === undefined ? undefined : Buffer.from(changed[name], 'latin1');
  return {
    gitignore: text('.gitignore') ?? present.gitignore,
    gitattributes: text('.gitattributes') ?? present.gitattributes,
    nogbundles: text('.nogbundles') ?? present.nogbundles,
  };
}

class Preview {
  constructor(
    private readonly repo: ShadowRepo,
    private readonly reader: ObjectReader,
    private readonly tree: Oid | null,
    private readonly tally: FacetTally,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async compare(present: RecordedStub, wanted: RecordedStub): Promise<StubPreview> {
    const [bundlesNow, bundlesThen] = [this.nogbundles(present), this.nogbundles(wanted)];
    const bundled = [...bundlesThen].filter((path) => !bundlesNow.has(path));
    const unbundled = [...bundlesNow].filter((path) => !bundlesThen.has(path));

    const ignoredNow = new Set<ByteString>();
    this.findIgnored(present, (path) => ignoredNow.add(path));
    const isBundled = isAtOrBelowAny(new Set(bundled));
    let ignored = 0;
    this.findIgnored(wanted, (path) => (ignored += isBundled(path) || ignoredNow.has(path) ? 0 : 1));

    let replaced = 0;
    if (this.tree !== null && bundled.length > 0) {
      remainsOfMissing(this.reader, this.tree, '', null, (path) => (replaced += isBundled(path) ? 1 : 0));
    }
    const newNow = new Set<ByteString>();
    await this.findNew(present, (path) => newNow.add(path));
    let appearing = 0;
    await this.findNew(wanted, (path) => (appearing += newNow.has(path) || isBundled(path) ? 0 : 1));
    return { ignored, bundled, replaced, unbundled, appearing, problems: this.problems() };
  }

  /** The realdir is read several times; what cannot be read is told once. */
  private problems(): readonly Problem[] {
    const byText = new Map(this.tally.result(null).problems.map((problem) => [`${problem.path}\0${problem.message}`, problem]));
    return [...byText.values()];
  }

  private nogbundles({ nogbundles, gitattributes }: RecordedStub): ReadonlySet<ByteString> {
    const patterns = NogbundlePatterns.parse(nogbundles);
    const attributes = AttributeRules.parse(gitattributes);
    const { realdir, bounds } = this.repo;
    return findNogbundles(realdir, patterns, attributes, (path, error) => this.tally.onProblem(path, error), bounds).recorded;
  }

  /** Tells which recorded paths the rules would ignore if they were new. */
  private findIgnored(stub: RecordedStub, onIgnored: (path: ByteString) => void): void {
    if (this.tree === null) return;
    const { realdir, bounds } = this.repo;
    const question = {
      reader: this.reader,
      cursor: DirectoryCursor.open(realdir, bounds),
      exclude: stub.gitignore,
      selection: NogbundleSelection.find(realdir, bounds, stub, () => undefined),
      recordsDirectories: true,
      events: this.tally,
    };
    withoutIgnored(question, this.tree, null, onIgnored);
  }

  /** Tells which paths the next `stat` would record newly. */
  private async findNew(stub: RecordedStub, onNew: (path: ByteString) => void): Promise<void> {
    const { tally } = this;
    await observeStat({
      realdir: this.repo.realdir,
      bounds: this.repo.bounds,
      reader: this.reader,
      tree: this.tree,
      sink: null,
      stub,
      signal: this.signal,
      beforeWrite: () => undefined,
      events: {
        onChange: (letter, path) => {
          if (letter === '?' && path !== '.') onNew(path);
        },
        onProblem: (path, error) => tally.onProblem(path, error),
        onWarning: () => undefined,
        onVisited: () => undefined,
      },
    });
  }
}

/** Tests whether a path is one of the directories, or below one. */
function isAtOrBelowAny(directories: ReadonlySet<ByteString>): (path: ByteString) => boolean {
  return (path) => {
    if (directories.size === 0) return false;
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      if (directories.has(path.slice(0, end))) return true;
    }
    return directories.has(path);
  };
}
