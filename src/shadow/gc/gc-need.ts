import { DEFAULTS } from '../../defaults.js';
import { readStoredText, writeStored } from '../../storage/stored-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { measureObjectStore } from './object-store-size.js';
import type { ShadowRepo } from '../shadow-repo.js';

/** From when on collecting garbage is worth its time; each alone is enough. */
export interface GcThresholds {
  /** Objects that have a file of their own, but for those that the last gc has left. */
  readonly looseObjects: number;
  readonly packs: number;
  /** Size of all packs but the biggest, relative to that one. */
  readonly growth: number;
}

/** A repo that is smaller than this, in bytes, may grow without anybody noticing. */
const GROWTH_FROM = 8 * 1024 * 1024;

/** Longer than any number. */
const MAX_LEFT_BYTES = 64;

/** How many loose objects the last gc has left, because nothing refers to them and they are too young to be dropped. */
function leftFile(gitDir: ByteString): ByteString {
  return joinPath(gitDir, 'fso/loose-left');
}

/**
 * Remembers how many loose objects a gc has left, so that they are no reason for the next one. Not synced: that
 * would be one gc too many.
 * @throws FsoError if the shadow repo cannot be written
 */
export function rememberLooseLeft(gitDir: ByteString, count: number): void {
  const file = leftFile(gitDir);
  try {
    writeStored(file, `${count}\n`);
  } catch (error) {
    throw writeFailure(file, error);
  }
}

function looseLeft(gitDir: ByteString): number {
  const text = unlessErrno(['ENOENT'], '0', () => readStoredText(leftFile(gitDir), MAX_LEFT_BYTES));
  return /^\d+\n$/.test(text) ? Number(text) : 0;
}

/**
 * True if a shadow repo should be compressed. Only names and sizes of files are looked at, which
 * takes well under a millisecond for a repo that is in order.
 */
export function needsGc(repo: ShadowRepo, thresholds: GcThresholds = DEFAULTS.gc): boolean {
  const { loose, packs, largestPack, packBytes } = measureObjectStore(repo.gitDir);
  if (packs > thresholds.packs) return true;
  if (loose > thresholds.looseObjects && loose - looseLeft(repo.gitDir) > thresholds.looseObjects) return true;
  const grown = packBytes - largestPack;
  return packBytes >= GROWTH_FROM && grown > thresholds.growth * largestPack;
}
