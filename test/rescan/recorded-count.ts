import { git } from '../harness/index.js';
import type { Count } from './independent-count.js';

const KEYS = ['dirs', 'files', 'links', 'others', 'size'] as const;

/** The sums in a record of `master-stat`; null if there is no such record, or it has none. */
export function recordedCount(shadow: string, at: string): Count | null {
  if (git(['ls-tree', 'master-stat', '--', at], shadow).split(/\s/)[1] !== 'blob') return null;
  const text = git(['show', `master-stat:${at}`], shadow);
  const values = KEYS.map((key) => [key, new RegExp(`^${key}: (\\d+)$`, 'm').exec(text)?.[1]] as const);
  return values.some(([, value]) => value === undefined)
    ? null
    : (Object.fromEntries(values.map(([key, value]) => [key, Number(value)])) as unknown as Count);
}
