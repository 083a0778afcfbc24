import { readFileSync } from 'node:fs';

/** Where fewer files may be open, work is slower, and what else needs many may fail. */
export const ENOUGH_OPEN_FILES = 256;

let known: number | null = null;

/** How many files this process may have open; Infinity where that cannot be told. */
export function openFileLimit(): number {
  known ??= read();
  return known;
}

function read(): number {
  try {
    const line = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return line === null ? Infinity : Number(line[1]);
  } catch {
    return Infinity;
  }
}

/** What the program itself has open, its threads, and a walk. */
const OTHERS = 64;

/**
 * How many descriptors one of those that open many at a time may use, so that several can work beside each other.
 * @param most as many are enough
 */
export function shareOfOpenFiles(most: number): number {
  return Math.max(4, Math.min(most, Math.floor((openFileLimit() - OTHERS) / 4)));
}
