import type { BranchEntry } from '../harness/index.js';
import { readBranchTree } from '../harness/index.js';
import { bytesOfText } from '../../src/util/byte-string.js';
import type { ByteString } from '../../src/util/byte-string.js';
import type { ExpectSection, Golden, GoldenEntry } from './golden-parser.js';
import { printable, printableName } from './printable.js';

const MAX_PATHS_SHOWN = 8;
const MAX_LINES_SHOWN = 30;
const MAX_COLUMNS_SHOWN = 200;

/**
 * What is wrong with the branches `actual` (name → tree id) of the shadow repo, as text for a person;
 * null if they are the golden's. Only tree ids decide, the listings only explain.
 */
export function compareBranches(
  shadow: string,
  actual: ReadonlyMap<string, string>,
  expected: ExpectSection,
  golden: Golden,
): string | null {
  const report: string[] = [];
  for (const branch of [...new Set([...expected.branches.keys(), ...actual.keys()])].sort()) {
    const wanted = expected.branches.get(branch);
    const found = actual.get(branch);
    if (wanted === found) continue;
    if (wanted === undefined) report.push(`${branch} should not exist`);
    else if (found === undefined) report.push(`${branch} is missing`);
    else report.push(`${branch} has tree ${found}, golden ${wanted} (- golden, + actual):`, ...differences(shadow, branch, wanted, golden));
  }
  return report.length === 0 ? null : report.join('\n');
}

function differences(shadow: string, branch: string, wantedTree: string, golden: Golden): string[] {
  const actual = new Map<string, BranchEntry>();
  for (const [path, entry] of readBranchTree(shadow, branch)) actual.set(printableName(path), entry);
  const wanted = new Map((golden.trees.get(wantedTree) ?? []).map((entry) => [entry.path, entry]));
  const lines: string[][] = [];
  for (const path of [...new Set([...wanted.keys(), ...actual.keys()])].sort()) {
    const before = wanted.get(path);
    const after = actual.get(path);
    if (before?.oid === after?.oid && before?.mode === after?.mode) continue;
    lines.push([
      ...(before === undefined ? [] : marked('-', before, path, golden.blobs.get(before.oid) ?? [])),
      ...(after === undefined ? [] : marked('+', after, path, shownLines(bytesOfText(after.text)))),
    ]);
  }
  const hidden = lines.length - MAX_PATHS_SHOWN;
  return [...lines.slice(0, MAX_PATHS_SHOWN).flat(), ...(hidden > 0 ? [`  … and ${hidden} more paths`] : [])];
}

function marked(sign: string, entry: Pick<GoldenEntry, 'mode' | 'oid'>, path: string, content: readonly string[]): string[] {
  const lines = content.slice(0, MAX_LINES_SHOWN).map((line) => `  ${sign}   ${line.slice(0, MAX_COLUMNS_SHOWN)}`);
  return [`  ${sign} ${entry.mode} ${entry.oid.slice(0, 10)} ${path}`, ...lines];
}

function shownLines(content: ByteString): string[] {
  return content.replace(/\n$/, '').split('\n').map((line) => `|${printable(line)}`);
}
