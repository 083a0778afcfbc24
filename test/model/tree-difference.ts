import { readBranchTree } from '../harness/index.js';
import type { RecordedTree } from './recorded-tree.js';

/** The paths in which a branch differs from the expected tree, for people. */
export function differenceFrom(expected: RecordedTree, shadow: string, branch: string): string {
  const actual = readBranchTree(shadow, branch);
  const rows: string[] = [];
  for (const path of new Set([...actual.keys(), ...expected.keys()])) {
    const [is, should] = [actual.get(path), expected.get(path)];
    const [isText, shouldText] = [is?.text, should?.body.toString()];
    if (is?.mode === should?.mode && isText === shouldText) continue;
    rows.push(`${JSON.stringify(path)}: ${JSON.stringify(isText ?? null)} instead of ${JSON.stringify(shouldText ?? null)}`);
  }
  return rows.join('\n');
}
