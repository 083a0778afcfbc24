import { ObjectReader } from '../../git/objects/object-reader.js';
import type { Oid } from '../../git/objects/object-id.js';
import type { ReadRange, Readings } from '../../record/readings.js';
import type { RunOptions } from '../../shadow/transaction/run-options.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { LockedError } from '../../util/errors.js';
import type { FacetTally, VerifyCounts } from '../facet-result.js';
import type { LookEdit } from '../sha/hashed-edit.js';
import { editHashed } from '../sha/hashed-edit.js';
import { commitVerify } from './commit-verify.js';
import type { StepResult } from './reading/read-step.js';
import { readVerifyState } from './verify-state.js';

/** Records what the steps of a run learn, and adds up. */
export class VerifyRecorder {
  /** The last commit of the run. */
  commit: Oid | null = null;
  private intact = 0;
  private changed = 0;
  private unreadable = 0;
  private hasRanges = false;
  /** What could not be remembered yet, because `sha` runs. */
  private looks: LookEdit[] = [];
  private readonly options: RunOptions;

  constructor(
    private readonly repo: ShadowRepo,
    private readonly tally: FacetTally,
    { signal: _signal, ...options }: RunOptions,
  ) {
    // The signal ends the reading, not the recording of what was read.
    this.options = options;
  }

  /** Records a step. @param position null leaves it as it is */
  async record(step: StepResult, ranges: readonly ReadRange[], position: Pick<Readings, 'round' | 'next'> | null): Promise<void> {
    const { results, found, solved, toHash } = step;
    this.intact += results.intact;
    this.changed += results.changed;
    this.unreadable += results.unreadable;
    // Before the finding goes: else what is right would be taken for wrong.
    const rehashed = (await this.remember(toHash, this.options.waitMs)) ? toHash.map(({ path }) => path) : [];
    this.looks.push(...results.looks);
    if (await this.remember(this.looks, 0)) this.looks = [];
    const change = { found, solved: [...solved, ...rehashed], ranges, position, continues: this.hasRanges };
    const isNew = found.size + change.solved.length + ranges.length > 0 || position !== null;
    if (!isNew) return;
    const { commit, added, modified, deleted } = await commitVerify(this.repo, change, this.options);
    this.commit = commit ?? this.commit;
    this.hasRanges ||= ranges.length > 0;
    for (const path of added) this.tally.onChange('?', path);
    for (const path of modified) this.tally.onChange('M', path);
    for (const path of deleted) this.tally.onChange('D', path);
  }

  /** Does at the end what could not be done before. */
  async finish(): Promise<void> {
    await this.remember(this.looks, 0);
  }

  /** What was read, and what stands. @param wants whether a path is of interest */
  counts(wants: (path: ByteString) => boolean): VerifyCounts {
    const { intact, changed, unreadable, repo } = this;
    const reader = ObjectReader.open(repo.gitDir);
    try {
      const standing = [...readVerifyState(repo, reader).findings].filter(([path]) => wants(path)).map(([, finding]) => finding.class);
      const count = (kind: string): number => standing.filter((each) => each === kind).length;
      return { intact, changed, unreadable, corrupt: count('corrupt'), rewritten: count('rewritten') };
    } finally {
      reader.close();
    }
  }

  /** Returns false if `sha` runs: ctimes are renewed by a later reading then. */
  private async remember(edits: readonly LookEdit[], waitMs: number): Promise<boolean> {
    try {
      await editHashed(this.repo, edits, { ...this.options, waitMs });
      return true;
    } catch (error) {
      if (error instanceof LockedError) return false;
      throw error;
    }
  }
}
