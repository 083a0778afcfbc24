// Runs a command and its yardsticks in turn, so that what else the machine does falls on all of them.
import { readFileSync } from 'node:fs';
import { measure } from './measure.mjs';

/** What is measured of each run. */
export const QUANTITIES = ['cpu', 'wall', 'memory'];

/** @returns {{ median: number, min: number, max: number } | null} */
export function spread(values) {
  const sorted = values.filter((value) => value !== null && Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2, min: sorted[0], max: sorted.at(-1) };
}

/** Seconds for which some process had to wait for a CPU, since the machine was started; null where Linux does not tell. */
function waitedForCpu() {
  try {
    return Number(/^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]) / 1e6;
  } catch {
    return null;
  }
}

const runOf = ({ command, ...options }) => measure(command, options);

/** The median of each quantity of several runs. */
const medians = (runs) =>
  Object.fromEntries(QUANTITIES.map((quantity) => [quantity, spread(runs.map((each) => each[quantity]))?.median ?? null]));

/**
 * One warm-up of each command, or of the yardsticks only where a run takes minutes, then `pairs` rounds of all of them in turn. The check
 * comes last: it changes what is cached.
 * @returns the medians of all runs, for each yardstick the spread of the ratios, and the share of time with a busy machine
 */
export function compare({ before = () => {}, ours, yardsticks, check, remark }, pairs, { warmUpOurs = true } = {}) {
  const names = Object.keys(yardsticks);
  const runs = { ours: [], ...Object.fromEntries(names.map((name) => [name, []])) };
  let [waited, started] = [waitedForCpu(), performance.now()];
  for (let round = 0; round <= pairs; round += 1) {
    if (round === 1) [waited, started] = [waitedForCpu(), performance.now()];
    const commands = round > 0 || warmUpOurs ? [['ours', ours]] : [];
    before();
    for (const [name, command] of [...commands, ...Object.entries(yardsticks)]) {
      const result = runOf(command);
      if (round > 0) runs[name].push(result);
    }
  }
  const busy = waited === null ? null : (waitedForCpu() - waited) / ((performance.now() - started) / 1000);
  check();
  const ratiosTo = (name) =>
    Object.fromEntries(
      QUANTITIES.map((quantity) => [quantity, spread(runs.ours.map((each, i) => each[quantity] / runs[name][i][quantity]))]),
    );
  const absolute = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  return {
    pairs,
    busy,
    medians: absolute,
    memory: spread(runs.ours.map(({ memory }) => memory)),
    ratios: Object.fromEntries(names.map((name) => [name, ratiosTo(name)])),
    remark: remark?.(absolute) ?? null,
    runs,
  };
}
