import { measureObjectStore } from './object-store-size.js';
import type { ShadowRepo } from './shadow-repo.js';

/** From when on collecting garbage is worth its time; each alone is enough. */
export interface GcThresholds {
  /** Objects that have a file of their own. */
  readonly looseObjects: number;
  readonly packs: number;
  /** Size of all packs but the biggest, relative to that one. */
  readonly growth: number;
}

/** Thresholds of a rescan. */
export const GC_THRESHOLDS: GcThresholds = { looseObjects: 2000, packs: 50, growth: 0.5 };

/** A repo that is smaller than this, in bytes, may grow without anybody noticing. */
const GROWTH_FROM = 8 * 1024 * 1024;

/**
 * True if a shadow repo should be compressed. Only names and sizes of files are looked at, which
 * takes well under a millisecond for a repo that is in order.
 */
export function needsGc(repo: ShadowRepo, thresholds: GcThresholds = GC_THRESHOLDS): boolean {
  const { loose, packs, largestPack, packBytes } = measureObjectStore(repo.gitDir);
  if (loose > thresholds.looseObjects || packs > thresholds.packs) return true;
  const grown = packBytes - largestPack;
  return packBytes >= GROWTH_FROM && grown > thresholds.growth * largestPack;
}
