import type { Reporter, TestCase, Vitest } from 'vitest/node';

const NEED = /\((needs [^()]+)\)/;

/**
 * Prints at the end why tests were skipped, once for each reason: the note that they skipped themselves with, or `(needs …)` in
 * a title. The JSON report gets it as `meta.skipReason`.
 */
export default class SkipReporter implements Reporter {
  readonly #counts = new Map<string, number>();
  #isSelection = false;

  onInit({ config }: Vitest): void {
    this.#isSelection = config.testNamePattern !== undefined;
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    // Who selects tests by their titles wants no others.
    if (result.state !== 'skipped' || this.#isSelection) return;
    const skipReason = result.note ?? NEED.exec(test.fullName)?.[1] ?? 'no reason given';
    Object.assign(test.meta(), { skipReason });
    this.#counts.set(skipReason, (this.#counts.get(skipReason) ?? 0) + 1);
  }

  onTestRunEnd(): void {
    for (const [reason, count] of this.#counts) console.log(`skipped ${count}: ${reason}`);
  }
}
