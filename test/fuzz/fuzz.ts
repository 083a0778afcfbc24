import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { expect } from 'vitest';
import { errnoOf, FsoError } from '../../src/util/errors.js';

/** Inputs for each parser; `npm run fuzz` sets more. */
const RUNS = Number(process.env['FSO_FUZZ_RUNS'] ?? 500);
/** Repeats a run that failed. */
const SEED = process.env['FSO_FUZZ_SEED'];

/** What a parser may take for one input, and how much longer it may be on a machine that is busy with other things. */
const BUDGET_MS = 200;
const PATIENCE = 20;
/** Inputs that share one watchdog, which costs as much as several inputs. */
const BATCH = 50;
/** No more patience than this, in milliseconds, on the busiest of machines. */
const STARVED_MS = 40_000;
const SHRINKING_MS = 30_000;
const SHOWN_BYTES = 1000;

const HOOK = 'gitFsoFuzzedAction';

/** Runs `action`, and stops it wherever it is, in a regular expression too, when it takes longer; returns false then. */
function endsWithin(milliseconds: number, action: () => void): boolean {
  const hooks = globalThis as unknown as Record<string, () => void>;
  hooks[HOOK] = action;
  const before = process.cpuUsage();
  try {
    runInThisContext(`${HOOK}()`, { timeout: milliseconds });
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  } finally {
    delete hooks[HOOK];
  }
  const { user, system } = process.cpuUsage(before);
  // Where others had the processor most of the time, that says nothing about the action.
  const isStarved = (user + system) / 1000 < milliseconds / 4;
  return isStarved && milliseconds < STARVED_MS && endsWithin(milliseconds * 4, action);
}

function preview(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(', ')}]`;
  if (!Buffer.isBuffer(value)) return fc.stringify(value);
  const text = JSON.stringify(value.toString('latin1', 0, SHOWN_BYTES));
  return value.length > SHOWN_BYTES ? `${text}… (${value.length} bytes)` : text;
}

function runBatch<T>(input: fc.Arbitrary<T>, check: (value: T) => void, numRuns: number, seed: number, budgetMs: number): void {
  let last: T | undefined;
  const property = fc.property(input, (value) => {
    last = value;
    check(value);
  });
  let result: fc.RunDetails<[T]> | undefined;
  // Without shrinking, which may take long for good reasons.
  const ends = endsWithin(budgetMs * PATIENCE, () => {
    result = fc.check(property, { numRuns, seed, endOnFailure: true });
  });
  if (!ends) throw new Error(`seed ${seed}: this input hangs: ${preview(last)}`);
  if (result?.failed !== true) return;
  const cause = result.errorInstance;
  const path = result.counterexamplePath;
  endsWithin(SHRINKING_MS, () => {
    result = fc.check(property, { numRuns, seed, ...(path === null ? {} : { path }) });
  });
  throw new Error(`seed ${seed}: fails for ${preview(result.counterexample?.[0] ?? last)}: ${String(cause)}`, { cause });
}

/**
 * Calls `check` with as many inputs as the environment asks for; it throws where a property does not
 * hold. An input that hangs is stopped and reported.
 * @param options.share of all runs, where one input stands for many or takes long
 * @param options.budgetMs what one input may take
 */
export function fuzz<T>(input: fc.Arbitrary<T>, check: (value: T) => void, { share = 1, budgetMs = BUDGET_MS } = {}): void {
  const runs = Math.max(1, Math.round(RUNS * share));
  const batch = share < 1 ? 1 : BATCH;
  let seed = SEED === undefined ? Math.trunc(Math.random() * 0x7fffffff) : Number(SEED);
  for (let done = 0; done < runs; done += batch) runBatch(input, check, Math.min(batch, runs - done), seed++, budgetMs);
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
