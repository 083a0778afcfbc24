import { expect, test } from 'vitest';
import type { Oid } from '../../../src/git/objects/object-id.js';
import { hashObject } from '../../../src/git/objects/object-id.js';
import { TooManyPathsError, TreeBudget } from '../../../src/git/trees/tree-budget.js';

/** The ids of so many trees. */
function ids(count: number): Oid[] {
  return Array.from({ length: count }, (_, index) => hashObject('tree', Buffer.from(String(index))));
}

test.each([1, 5000])('%d trees may be read once, but not as often as one likes', (count) => {
  const budget = new TreeBudget('/repo/.git');
  const trees = ids(count);
  for (const id of trees) budget.spend(id, 100_000);
  expect(() => {
    for (let again = 0; again < 600 * count; again += 1) for (const id of trees.slice(-1)) budget.spend(id, 100_000);
  }).toThrow(TooManyPathsError);
});
