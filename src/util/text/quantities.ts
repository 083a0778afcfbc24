import { formatBytes } from './format-bytes.js';

/** A duration in seconds for people: `0.8 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count with its noun: `1 repo`, `2 repos`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A count for people, in groups of three digits: `2,980`. */
export function formatNumber(count: number | bigint): string {
  return count.toLocaleString('en-US');
}

/** By how many bytes something grew: `+1.5 GiB`, `-20 B`, `0 B`. */
export function formatGrowth(bytes: bigint): string {
  return bytes < 0n ? `-${formatBytes(-bytes)}` : `${bytes > 0n ? '+' : ''}${formatBytes(bytes)}`;
}
