import { test } from 'vitest';
import { checkDiff, checkLog } from '../answers-properties.js';

test('diff says what a model says, with the checksums of those states, and moves are what it is without them', () =>
  checkDiff({ days: 6, numRuns: 2 }));

test('log says what a model says, the newest first, and moves lie within seven days', () => checkLog({ days: 6, numRuns: 2 }));
