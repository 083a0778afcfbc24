import { test } from 'vitest';
import { checkListing } from '../listing-properties.js';

test('what is listed of any date is what a model says', { timeout: 120_000 }, () => checkListing({ days: 8, numRuns: 6 }));
