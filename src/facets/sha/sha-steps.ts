import type { Reading } from '../../realdir/hash/hash-pool.js';
import type { ByteString } from '../../util/byte-string.js';
import type { FacetListener, FacetResult, Problem } from '../facet-result.js';
import { FacetTally } from '../facet-result.js';

/**
 * Adds up the steps of one run. Each looks at all entries again, so what it has met stands for what the steps before have met;
 * what they have recorded adds up.
 */
export class ShaSteps {
  private tally: FacetTally;
  private sum: FacetResult | null = null;
  private readonly warnings: Problem[] = [];

  constructor(listener: FacetListener) {
    this.tally = new FacetTally(listener);
  }

  /** A step, or another attempt at one, begins. */
  begin(tally: FacetTally): void {
    this.tally = tally;
  }

  /** Tells how far the reading of files is. */
  onReading(reading: Reading): void {
    this.tally.onReading(reading);
  }

  /** Takes note of what belongs to the run as a whole. */
  onWarning(path: ByteString, message: string): void {
    this.warnings.push({ path, message });
  }

  /** A step is done. */
  add(step: FacetResult): void {
    const { sum } = this;
    this.sum = sum === null ? step : {
      ...step,
      commit: step.commit ?? sum.commit,
      added: sum.added + step.added,
      modified: sum.modified + step.modified,
      deleted: sum.deleted + step.deleted,
    };
  }

  /** The result of the steps so far. */
  result(): FacetResult {
    const sum = this.sum ?? this.tally.result(null);
    return { ...sum, warnings: [...this.warnings, ...sum.warnings], warningCount: this.warnings.length + sum.warningCount };
  }
}
