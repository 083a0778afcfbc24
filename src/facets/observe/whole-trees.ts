import type { Oid } from '../../git/object-id.js';
import type { TreeEntry } from '../../git/tree-codec.js';
import { FileMode } from '../../git/tree-codec.js';
import type { NestedRepo } from '../../realdir/nested-repo.js';
import { TreeSummary } from '../../realdir/tree-summary.js';
import { isTreeRecord, parseRecord } from '../../record/parse.js';
import type { ByteString } from '../../util/byte-string.js';
import type { ObservationContext } from './context.js';
import type { Counting } from './counting.js';
import { isTree } from './directory-edit.js';
import type { Frame } from './frame.js';
import type { SummarizedDirectory } from './recorder.js';

/** Nogbundles, submodules and directories too deep for Git: one record stands for all of a tree. */
export class WholeTrees<State> {
  constructor(
    private readonly context: ObservationContext<State>,
    private readonly counting: Counting,
  ) {}

  /** True if a path is recorded as such a tree already, with or without a commit. */
  isRecorded(recorded: TreeEntry | undefined): boolean {
    if (recorded?.mode !== FileMode.file) return false;
    const fields = parseRecord(this.context.reader.readBlob(recorded.oid));
    return fields !== null && isTreeRecord(fields);
  }

  /** Tells what is unusual about a repository. */
  warnAbout(path: ByteString, repo: NestedRepo & { isRepo: true }): void {
    const message = repo.warning ?? (repo.head === null ? 'repository without a commit: recorded as a summary' : null);
    if (message !== null) this.context.events.onWarning(path, message);
  }

  /** Records a directory as a whole, if its record is not current. */
  async record(frame: Frame<State>, directory: SummarizedDirectory, recorded: TreeEntry | undefined): Promise<void> {
    const { recorder, reader, sink } = this.context;
    const { name } = directory;
    const isNewPath = recorded === undefined || isTree(recorded);
    const suffix = isNewPath && directory.kind === 'submodule' ? '/' : '';
    frame.hasSummarized = true;
    frame.keep(name);
    const readRecord = (oid: Oid) => (): ReturnType<typeof parseRecord> => parseRecord(reader.readBlob(oid));
    if (!isNewPath && recorder.isCurrent(directory, readRecord(recorded.oid))) {
      await this.counting.belowWith(directory, null);
      return;
    }
    if (sink === null) {
      frame.report(recorded, name, suffix);
      return;
    }
    const summary = recorder.countsTrees ? new TreeSummary() : null;
    await this.counting.belowWith(directory, summary);
    if (!isNewPath && summary?.complete === false) return;
    frame.setSummarized(recorded, name, recorder.summarized(directory, summary), suffix);
  }
}
