import { rmSync } from 'node:fs';
import { fsPath } from '../../../src/util/byte-string.js';
import type { TreeSpec } from '../../harness/index.js';
import type { Simulation } from '../simulation.js';
import { HOUR } from '../simulation.js';

/** So many files in a directory, whose names are not UTF-8. */
export function files(directory: string, count: number): TreeSpec {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${directory}/f${index}\xff`, 'x']));
}

/** An hour later. */
export async function nextRun(simulation: Simulation): Promise<void> {
  simulation.clock.advance(HOUR);
  await simulation.once();
}

/** Removes some of the files that `files` has made. */
export function remove(simulation: Simulation, from: number, to: number, directory = 'r/a/d'): void {
  for (let index = from; index < to; index += 1) rmSync(fsPath(`${simulation.path(directory)}/f${index}\xff`));
}

/** The problems that stand, by part. */
export function alarms(simulation: Simulation): string[] {
  return simulation.problems().list().map(({ part, message }) => `${part}: ${message}`);
}
