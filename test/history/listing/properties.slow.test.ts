import { test } from 'vitest';
import { checkListing } from '../listing-properties.js';

test('what is listed of any date of thirty days is what a model says', { timeout: 600_000 }, () => checkListing({ days: 30, numRuns: 8 }));
