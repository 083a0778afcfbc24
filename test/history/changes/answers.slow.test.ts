import { test } from 'vitest';
import { checkDiff, checkLog } from '../answers-properties.js';

test('diff says what a model says of 30 days, with the checksums of those states, and moves are what it is without them', async () => {
  await checkDiff({ days: 30, numRuns: 12 });
}, 600_000);

test('log says what a model says of 30 days, the newest first, and moves lie within seven days', async () => {
  await checkLog({ days: 30, numRuns: 12 });
}, 600_000);
