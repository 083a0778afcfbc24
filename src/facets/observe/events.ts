import type { LimitName } from '../run-limits.js';
import type { ByteString } from '../../util/byte-string.js';

/** `?` new, `M` modified, `D` deleted. */
export type ChangeLetter = '?' | 'M' | 'D';

/** What is told while a realdir is observed; paths are relative to the realdir. */
export interface ObservationEvents {
  /** A path differs from its last record; submodules that are new end with a slash. */
  onChange(letter: ChangeLetter, path: ByteString): void;
  /** A path could not be read and keeps its last record. */
  onProblem(path: ByteString, error: unknown): void;
  /** A path is recorded, but not as one might expect. @param limit the one that has kept it from that, if one has */
  onWarning(path: ByteString, message: string, limit?: LimitName): void;
  /** The entries of a directory were compared. */
  onVisited(directory: ByteString, entries: number): void;
}
