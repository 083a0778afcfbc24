import { availableParallelism } from 'node:os';
import { GC_THRESHOLDS } from '../shadow/gc-need.js';

/** What holds where a configuration file says nothing. Facets and limits have their defaults beside their types. */
export const DEFAULTS = {
  /** Several repos at a time keep slow disks busy; more than this does not pay. */
  jobs: Math.min(4, availableParallelism()),
  wait: '10s',
  hookTimeout: '60s',
  jitter: 0,
  gc: GC_THRESHOLDS,
} as const;
