const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** A number of bytes for people, of units below ten with one decimal: `512 B`, `1.5 GiB`, `-1023 KiB`. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  // What rounds to 1024 is one of the next unit.
  while (Math.round(Math.abs(value)) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const tenths = value.toFixed(1);
  return `${unit === 0 ? value : Math.abs(Number(tenths)) < 10 ? tenths : value.toFixed(0)} ${UNITS[unit]}`;
}
