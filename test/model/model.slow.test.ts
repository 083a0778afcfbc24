import { test } from 'vitest';
import { trySequences } from './try-sequences.js';

/** How many sequences are tried; a longer run is started with GIT_FSO_MODEL_RUNS. */
const RUNS = Number(process.env['GIT_FSO_MODEL_RUNS'] ?? 200);

test(
  'stat, sha, status and apply-stub record what the rules say, after any changes, and nothing twice',
  () => trySequences(RUNS),
  Math.max(60_000, 1000 * RUNS),
);
