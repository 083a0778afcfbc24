import fc from 'fast-check';
import { test } from 'vitest';
import { BEGIN, DAY } from '../history/answers-properties.js';
import { daysOf, recordDaily } from '../history/recorded-days.js';
import { tempDir } from '../harness/index.js';
import { expectIndex, update } from './index-world.js';

const DAYS = 8;

test('every table is what the model says, however often and when the index was brought up to date', async () => {
  const joinAt = fc.record({ deltas: fc.nat(4), share: fc.constantFrom(0, 0.5, 100) });
  await fc.assert(
    fc.asyncProperty(daysOf(DAYS), fc.array(fc.option(joinAt), { minLength: DAYS, maxLength: DAYS }), async (happenings, updates) => {
      const shadowRoot = tempDir();
      let day = 0;
      for (const repos of recordDaily(happenings)) {
        const at = updates[day++] ?? null;
        if (at !== null || day === DAYS) await update(shadowRoot, repos, at ?? undefined);
        if (day === DAYS) await expectIndex(shadowRoot, repos, [BEGIN + DAY / 2, BEGIN + 3 * DAY, BEGIN + 9 * DAY]);
      }
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 600_000);
