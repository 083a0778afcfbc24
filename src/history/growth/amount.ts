import type { EntryStat } from '../states/recorded-entry.js';

/** Regular files, and their bytes. */
export interface Amount {
  readonly files: bigint;
  /** Bytes. */
  readonly size: bigint;
}

export const NOTHING: Amount = { files: 0n, size: 0n };

export function plus(one: Amount, other: Amount): Amount {
  return { files: one.files + other.files, size: one.size + other.size };
}

export function minus(one: Amount, other: Amount): Amount {
  return { files: one.files - other.files, size: one.size - other.size };
}

/** True for nothing, or no difference. */
export function isNothing({ files, size }: Amount): boolean {
  return files === 0n && size === 0n;
}

/** What a record is about; nothing for null. */
export function amountOf(stat: Pick<EntryStat, 'files' | 'size'> | null): Amount {
  return stat === null ? NOTHING : { files: BigInt(stat.files), size: BigInt(stat.size) };
}
