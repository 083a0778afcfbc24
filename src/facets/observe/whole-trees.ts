import type { Oid } from '../../git/objects/object-id.js';
import type { TreeEntry } from '../../git/trees/tree-codec.js';
import { FileMode } from '../../git/trees/tree-codec.js';
import { MAX_TREE_DEPTH } from '../../git/trees/tree-depth.js';
import type { NestedRepo } from '../../realdir/nested-git/nested-repo.js';
import { TreeSummary } from '../../realdir/sums/tree-summary.js';
import { isTreeRecord, parseRecord } from '../../record/parse.js';
import type { ObservationContext } from './context.js';
import type { Counting } from './counting.js';
import { isTree } from './diff/directory-edit.js';
import type { DirectoryDiff } from './diff/directory-diff.js';
import { KEPT } from './reasons.js';
import type { EnteredDirectory, SummarizedDirectory } from './recorder.js';

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

  /** Records a directory that was entered, and turned out to be a repository or too deep. */
  recordEntered(diff: DirectoryDiff<State>, directory: EnteredDirectory, repo: NestedRepo, recorded: TreeEntry | undefined): Promise<void> {
    const warn = (message: string): void => this.context.events.onWarning(directory.path, message);
    if (!repo.isRepo) {
      warn(`deeper than Git's limit of ${MAX_TREE_DEPTH} directories: recorded as a summary`);
      return this.record(diff, { ...directory, kind: 'nogbundle', head: null }, recorded);
    }
    const message = repo.warning ?? (repo.head === null ? 'repository without a commit: recorded as a summary' : null);
    if (message !== null) warn(message);
    return this.record(diff, { ...directory, kind: 'submodule', head: repo.head }, recorded);
  }

  /** Records a directory as a whole, if its record is not current. */
  async record(diff: DirectoryDiff<State>, directory: SummarizedDirectory, recorded: TreeEntry | undefined): Promise<void> {
    const { recorder, reader, sink, mounts, trace } = this.context;
    const { name } = directory;
    const isNewPath = recorded === undefined || isTree(recorded);
    const suffix = suffixOf(directory, isNewPath);
    diff.hasSummarized = true;
    diff.keep(name);
    // A sum over what is not mounted would be too small.
    if (!isNewPath && mounts?.isMissingIn(directory.path) === true) {
      trace?.tell(directory.path, `${KEPT}: a filesystem is not mounted in it`);
      return;
    }
    const readRecord = (oid: Oid) => (): ReturnType<typeof parseRecord> => parseRecord(reader.readBlob(oid));
    if (!isNewPath && recorder.isCurrent(directory, readRecord(recorded.oid))) {
      trace?.tell(directory.path, `${KEPT}: nothing triggers that it is summed up again`);
      diff.closeAfterSums(await this.counting.belowWith(directory, null));
      return;
    }
    if (sink === null) {
      diff.report(recorded, name, suffix);
      return;
    }
    const summary = recorder.countsTrees ? new TreeSummary() : null;
    const still = await this.counting.belowWith(directory, summary);
    if (still === null) return this.recordSummed(diff, directory, recorded, summary);
    diff.closeAfter(still.added.then(() => this.recordSummed(diff, directory, recorded, summary)));
  }

  private recordSummed(
    diff: DirectoryDiff<State>,
    directory: SummarizedDirectory,
    recorded: TreeEntry | undefined,
    summary: TreeSummary | null,
  ): void {
    const { recorder, trace } = this.context;
    const { name } = directory;
    const isNewPath = recorded === undefined || isTree(recorded);
    const suffix = suffixOf(directory, isNewPath);
    if (!isNewPath && summary?.complete === false) {
      trace?.tell(directory.path, `${KEPT}: not everything in it could be read`);
      return;
    }
    diff.setSummarized(recorded, name, recorder.summarized(directory, summary), suffix);
  }
}

/** What stands behind the path of a new submodule where changes are told. */
function suffixOf({ kind }: SummarizedDirectory, isNewPath: boolean): string {
  return isNewPath && kind === 'submodule' ? '/' : '';
}
