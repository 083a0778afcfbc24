import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { expect } from 'vitest';
import { FsoError } from '../../src/util/errors.js';

/** Inputs for each parser; `npm run fuzz` sets more. */
const RUNS = Number(process.env['FSO_FUZZ_RUNS'] ?? 500);
/** Repeats a run that failed. */
const SEED = process.env['FSO_FUZZ_SEED'];

/** What a parser may take for one input, and how much longer it may be on a machine that is busy with other things. */
const BUDGET_MS = 200;
const PATIENCE = 20;
/** Inputs that share one watchdog, which costs as much as several inputs. */
const BATCH = 50;
const SHRINKING_MS = 30_000;

const HOOK = 'gitFsoFuzzedAction';

/** Runs `action`, and stops it wherever it is, in a regular expression too, when it takes longer. */
function stopAfter(milliseconds: number, action: () => void): void {
  const hooks = globalThis as unknown as Record<string, () => void>;
  hooks[HOOK] = action;
  try {
    runInThisContext(`${HOOK}()`, { timeout: milliseconds });
  } finally {
    delete hooks[HOOK];
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function preview(value: unknown): string {
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : fc.stringify(value);
  return `${JSON.stringify(text.slice(0, 2000))}, ${text.length} characters`;
}

function runBatch<T>(input: fc.Arbitrary<T>, check: (value: T) => void, numRuns: number, seed: number): void {
  let last: T | undefined;
  const property = fc.property(input, (value) => {
    last = value;
    check(value);
  });
  let result: fc.RunDetails<[T]> | undefined;
  try {
    // Without shrinking, which may take long for good reasons.
    stopAfter(BUDGET_MS * PATIENCE, () => {
      result = fc.check(property, { numRuns, seed, endOnFailure: true });
    });
  } catch (error) {
    if (isTimeout(error)) throw new Error(`seed ${seed}: this input hangs: ${preview(last)}`, { cause: error });
    throw error;
  }
  if (result?.failed !== true) return;
  const path = result.counterexamplePath;
  const found = result.errorInstance;
  try {
    stopAfter(SHRINKING_MS, () => fc.assert(property, { numRuns, seed, ...(path === null ? {} : { path }) }));
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  throw new Error(`seed ${seed}: fails for ${preview(last)}`, { cause: found });
}

/**
 * Calls `check` with as many inputs as the environment asks for; it throws where a property does not
 * hold. An input that hangs is stopped and reported.
 * @param share of all runs, where one input stands for many or takes long
 */
export function fuzz<T>(input: fc.Arbitrary<T>, check: (value: T) => void, share = 1): void {
  const runs = Math.max(1, Math.round(RUNS * share));
  const batch = share < 1 ? 1 : BATCH;
  let seed = SEED === undefined ? Math.trunc(Math.random() * 0x7fffffff) : Number(SEED);
  for (let done = 0; done < runs; done += batch) runBatch(input, check, Math.min(batch, runs - done), seed++);
}

/** The result, or `fallback` if the parser refuses its input with one of the errors that it declares. */
export function unlessRefused<T, F>(fallback: F, parse: () => T, refusal: new (...args: never[]) => Error = FsoError): T | F {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    expect(error.message).not.toBe('');
    return fallback;
  }
}
