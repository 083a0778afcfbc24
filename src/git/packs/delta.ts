import { constants } from 'node:buffer';

/** In bytes. */
const SHORT_RUN = 64;

/**
 * Applies a delta of a pack (gitformat-pack(5), "Deltified representation") to its base.
 * @param maxBytes the result must not be bigger
 * @returns null if the delta does not fit the base, makes more, or is malformed.
 */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer | null {
  const sizes = new DeltaReader(delta);
  if (sizes.size() !== base.length) return null;
  const length = sizes.size();
  // No command gives more than the whole base, or the bytes that it brings; not a number after a size that is too long.
  if (!(length <= Math.min(maxBytes, constants.MAX_LENGTH, delta.length * Math.max(base.length, 1)))) return null;
  const result = Buffer.allocUnsafe(length);
  let at = sizes.position;
  let filled = 0;
  while (at < delta.length) {
    const command = delta[at++] as number;
    if ((command & 0x80) === 0) {
      if (command === 0 || at + command > delta.length || filled + command > result.length) return null;
      copyRun(delta, at, result, filled, command);
      at += command;
      filled += command;
      continue;
    }
    let offset = 0;
    let count = 0;
    if (command & 0x01) offset = delta[at++] as number;
    if (command & 0x02) offset |= (delta[at++] as number) << 8;
    if (command & 0x04) offset |= (delta[at++] as number) << 16;
    if (command & 0x08) offset += (delta[at++] as number) * 0x1000000;
    if (command & 0x10) count = delta[at++] as number;
    if (command & 0x20) count |= (delta[at++] as number) << 8;
    if (command & 0x40) count |= (delta[at++] as number) << 16;
    if (count === 0) count = 0x10000;
    // Also false if the command was cut short, since the numbers are NaN or the end is passed.
    if (!(at <= delta.length && offset + count <= base.length && filled + count <= result.length)) return null;
    copyRun(base, offset, result, filled, count);
    filled += count;
  }
  return filled === result.length ? result : null;
}

/** Most runs are parts of tree entries, for which calling the engine takes longer than to copy them. */
function copyRun(source: Buffer, from: number, target: Buffer, to: number, count: number): void {
  if (count > SHORT_RUN) {
    source.copy(target, to, from, from + count);
    return;
  }
  for (let index = 0; index < count; index++) target[to + index] = source[from + index] as number;
}

/** Reads the two sizes at the start of a delta: seven bits a byte, lowest first. */
class DeltaReader {
  position = 0;
  readonly #delta: Buffer;

  constructor(delta: Buffer) {
    this.#delta = delta;
  }

  size(): number {
    let value = 0;
    let factor = 1;
    let byte = 0x80;
    while ((byte & 0x80) !== 0 && this.position < this.#delta.length) {
      byte = this.#delta[this.position++] as number;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    return value;
  }
}
