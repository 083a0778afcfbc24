const SLASH = 0x2f;

/** A first and a last character code, both included; nothing if the first is greater. */
export type CharacterRange = readonly [first: number, last: number];

/** The set that a bracket expression of a glob stands for, as character codes. */
export class CharacterClass {
  /** First and last codes in turn, ascending, without overlap: long expressions stay cheap to test. */
  private readonly bounds: readonly number[];

  constructor(
    ranges: readonly CharacterRange[],
    private readonly negated: boolean,
    private readonly mayMatchSlash: boolean,
  ) {
    this.bounds = mergedBounds(ranges);
  }

  has(code: number): boolean {
    if (code === SLASH && !this.mayMatchSlash) return false;
    return this.isListed(code) !== this.negated;
  }

  private isListed(code: number): boolean {
    const { bounds } = this;
    for (let i = 0; i < bounds.length; i += 2) {
      if (code < bounds[i]!) return false;
      if (code <= bounds[i + 1]!) return true;
    }
    return false;
  }
}

function mergedBounds(ranges: readonly CharacterRange[]): number[] {
  const ascending = ranges.filter(([first, last]) => first <= last).sort(([a], [b]) => a - b);
  const bounds: number[] = [];
  for (const [first, last] of ascending) {
    const end = bounds.length - 1;
    if (end > 0 && first <= bounds[end]! + 1) bounds[end] = Math.max(bounds[end]!, last);
    else bounds.push(first, last);
  }
  return bounds;
}
