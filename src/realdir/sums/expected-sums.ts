import { letGo } from '../../util/async/handled.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import type { Expected } from '../ahead/expected.js';
import type { EntryStat } from '../stat/lstat.js';
import type { SumsOf } from './tree-summary.js';

/** A walk that sums up looks at everything, but for what is summed up already. */
export class ExpectedSums implements Expected {
  /** @param path of the directory, as `sumsOf` knows it */
  constructor(
    private readonly path: ByteString,
    private readonly sumsOf: SumsOf | undefined,
  ) {}

  /** True if the directory need not be walked. */
  isKnown(stat: EntryStat): boolean {
    const known = this.sumsOf?.(this.path, stat) ?? null;
    // Where it is only known later whether it need, it probably need not.
    if (known instanceof Promise) letGo(known);
    return known !== null;
  }

  wants(): boolean {
    return true;
  }

  inside(name: ByteString, stat: EntryStat): Expected | null {
    const inner = new ExpectedSums(joinPath(this.path, name), this.sumsOf);
    return inner.isKnown(stat) ? null : inner;
  }

  listing(): Expected {
    return this;
  }
}
