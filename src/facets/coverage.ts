import { ObjectReader } from '../git/objects/object-reader.js';
import type { Oid } from '../git/objects/object-id.js';
import { FileMode } from '../git/trees/tree-codec.js';
import { DirectoryCursor } from '../realdir/walk/directory-cursor.js';
import { IgnoreScope } from '../realdir/ignore/ignore-rules.js';
import { inspectRepo } from '../realdir/nested-git/nested-repo.js';
import { isTreeRecord, parseRecord } from '../record/parse.js';
import { isReserved } from '../record/reserved-names.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { findEntry } from '../shadow/read/tree-files.js';
import { trackingOf } from '../shadow/stub/stub-files.js';
import type { ByteString } from '../util/byte-string.js';
import { joinPath } from '../util/byte-string.js';
import type { ObservationEvents } from './observe/events.js';
import { readGitignore } from './observe/gitignore-file.js';
import type { RecordedStub } from './observe/selection.js';
import { NogbundleSelection, readRecordedStub } from './observe/selection.js';

/** How a shadow repo covers a directory: it records what is in it, or sums that include it, or nothing. */
export type Coverage = 'file' | 'summary' | 'ignored';

/** What the next run does with a directory; where it is entered, the ignore rules in it, null if it is only on the way to a nogbundle. */
type Rules = 'summary' | 'ignored' | { readonly scope: IgnoreScope | null };

/** What cannot be read decides nothing here: whoever records the directory tells of it. */
const NO_EVENTS: ObservationEvents = {
  onChange: () => undefined,
  onProblem: () => undefined,
  onWarning: () => undefined,
  onVisited: () => undefined,
};

/**
 * Tells how a shadow repo covers directories below its realdir: by its records, and for what is not recorded
 * yet, by the rules that the next run applies. Close it when done.
 */
export class RepoCoverage {
  private readonly reader: ObjectReader;
  private readonly tree: Oid | null;
  private readonly stub: RecordedStub;
  private selection: NogbundleSelection | null = null;

  /** @throws FsoError if the records cannot be read */
  constructor(private readonly repo: ShadowRepo) {
    this.reader = ObjectReader.open(repo.gitDir);
    const head = repo.head('stat');
    this.tree = head === null ? null : this.reader.readCommit(head).tree;
    this.stub = readRecordedStub(this.reader, this.tree);
  }

  /**
   * @param path of a directory, relative to the realdir and not empty
   * @throws FsoError if the records cannot be read; system errors of the realdir
   */
  of(path: ByteString): Coverage {
    const coverage = this.recorded(path) ?? this.coverageByRules(path);
    // All that this tracking is for is one sum of the whole tree.
    return coverage === 'ignored' && this.isOneSummary() ? 'summary' : coverage;
  }

  /**
   * Of files and symbolic links in one directory, those that are covered in no way.
   * @param directory relative to the realdir; empty for the realdir itself
   * @throws FsoError if the records cannot be read; system errors of the realdir
   */
  filesLeft(directory: ByteString, names: readonly ByteString[]): readonly ByteString[] {
    if (this.isOneSummary() || (directory !== '' && this.recorded(directory) === 'summary')) return [];
    const tree = this.treeAt(directory);
    const entries = tree === null ? [] : this.reader.readTree(tree).filter(({ mode }) => mode !== FileMode.directory);
    const recorded = new Set(entries.map(({ name }) => name));
    const others = names.filter((name) => isReserved(name) || !recorded.has(name));
    const rules = others.length === 0 ? 'ignored' : this.byRules(directory);
    if (rules === 'summary') return [];
    return others.filter((name) => rules === 'ignored' || isReserved(name) || rules.scope?.ignores(name, false) !== false);
  }

  /** Closes all files. */
  close(): void {
    this.reader.close();
  }

  /** The recorded tree of a directory; null if there is none. */
  private treeAt(directory: ByteString): Oid | null {
    if (this.tree === null || directory === '') return this.tree;
    const entry = findEntry(this.reader, this.tree, directory);
    return entry?.mode === FileMode.directory ? entry.oid : null;
  }

  private coverageByRules(path: ByteString): Coverage {
    const rules = this.byRules(path);
    return typeof rules === 'string' ? rules : 'file';
  }

  /** Null if the records say nothing about the directory. */
  private recorded(path: ByteString): Coverage | null {
    let { tree } = this;
    for (const name of path.split('/')) {
      const entry = tree === null ? undefined : this.reader.readTree(tree).find((each) => each.name === name);
      if (entry === undefined) return null;
      if (entry.mode !== FileMode.directory) {
        const fields = entry.mode === FileMode.file ? parseRecord(this.reader.readBlob(entry.oid)) : null;
        return fields !== null && isTreeRecord(fields) ? 'summary' : null;
      }
      tree = entry.oid;
    }
    return 'file';
  }

  /** What the next run does with the directory, as the walk decides it. */
  private byRules(path: ByteString): Rules {
    const cursor = DirectoryCursor.open(this.repo.realdir, this.repo.bounds);
    if (cursor === null) return 'ignored';
    try {
      return this.decide(cursor, path);
    } finally {
      cursor.close();
    }
  }

  private decide(cursor: DirectoryCursor, path: ByteString): Rules {
    this.selection ??= NogbundleSelection.find(this.repo.realdir, this.repo.bounds, this.stub, () => undefined);
    const { selection } = this;
    let scope: IgnoreScope | null = IgnoreScope.root(this.stub.gitignore, readGitignore(cursor, '', null, NO_EVENTS));
    let at = '';
    for (const name of path === '' ? [] : path.split('/')) {
      at = joinPath(at, name);
      if (selection.has(at)) return 'summary';
      const leadsToNogbundle = selection.isBelow(at);
      const isIgnored: boolean = isReserved(name) || scope === null || scope.ignores(name, true);
      if (isIgnored && !leadsToNogbundle) return 'ignored';
      const stat = cursor.lstat(name);
      if (stat?.kind !== 'directory' || !cursor.descend(name, stat)) return 'ignored';
      if (!leadsToNogbundle && inspectRepo(cursor.reach('.'), cursor.ground).isRepo) return 'summary';
      scope = isIgnored || scope === null ? null : scope.enter(name, readGitignore(cursor, at, scope, NO_EVENTS));
    }
    return { scope };
  }

  private isOneSummary(): boolean {
    const text = (body: Buffer | null): string => body?.toString('latin1') ?? '';
    const { gitignore, gitattributes, nogbundles } = this.stub;
    return (
      trackingOf({ '.gitignore': text(gitignore), '.gitattributes': text(gitattributes), '.nogbundles': text(nogbundles) }) ===
      'ignore-most'
    );
  }
}
