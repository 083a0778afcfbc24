import type { TreeSummary } from '../../realdir/sums/tree-summary.js';
import type { RecordFields } from '../../record/parse.js';
import { directoryStatRecord, fileStatRecord, treeStatRecord } from '../../record/records.js';
import type { ByteString } from '../../util/byte-string.js';
import type { DirectoryOutcome, EnteredDirectory, Recorder, SummarizedDirectory } from '../observe/recorder.js';

/** What `stat` records: names, sizes and mtimes (NOE-18, Tree stat information). */
export class StatRecorder implements Recorder<null> {
  readonly countsTrees = true;
  readonly precise = false;
  readonly keepsReplacedNogtree = false;
  readonly exhausted = false;

  /**
   * @param recheck summarizes nogbundles and submodules again even if nothing triggers it
   * @param toplevel the toplevel `.nogtree`, asked for when all of the realdir has been visited;
   *   null leaves it as it is
   */
  constructor(
    private readonly recheck: boolean,
    private readonly toplevel: () => ByteString | null,
  ) {}

  open(): null {
    return null;
  }

  file(_state: null, name: ByteString, stat: EnteredDirectory['stat']): ByteString {
    return fileStatRecord(name, stat.size, stat.mtime);
  }

  isCurrent(directory: SummarizedDirectory, recorded: () => RecordFields | null): boolean {
    if (this.recheck) return false;
    const fields = recorded();
    if (fields === null || !fields.has('dirs')) return false;
    const commit = fields.get('submodule') ?? null;
    if (commit !== directory.head) return false;
    return directory.head !== null || fields.get('mtime') === directory.stat.mtime;
  }

  summarized(directory: SummarizedDirectory, summary: TreeSummary | null): ByteString {
    if (summary === null) throw new TypeError('a stat record of a tree needs its summary');
    return treeStatRecord(directory.name, directory.stat.mtime, summary, directory.head);
  }

  nogtree(directory: EnteredDirectory, outcome: DirectoryOutcome): ByteString | null | 'remove' {
    if (directory.path === '') return this.toplevel();
    if (outcome.hasSummarized) return directoryStatRecord(directory.name, directory.stat.mtime);
    if (!outcome.changed) return null;
    if (outcome.deleted && outcome.empty) return 'remove';
    return directoryStatRecord(directory.name, directory.stat.mtime);
  }

  unreadable(): void {}

  close(): void {}

  ready(): undefined {
    return undefined;
  }
}
