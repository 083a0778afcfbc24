const BARS = '▁▂▃▄▅▆▇█';

/** Levels as a line of bars: the lowest one is the smallest bar, the highest the tallest; all the same are all small. */
export function barsOf(levels: readonly bigint[]): string {
  const [low, high] = levels.reduce(([min, max], level) => [level < min ? level : min, level > max ? level : max], [
    levels[0] ?? 0n,
    levels[0] ?? 0n,
  ]);
  const range = Number(high - low);
  return levels.map((level) => BARS[range === 0 ? 0 : Math.round((Number(level - low) / range) * (BARS.length - 1))]).join('');
}
