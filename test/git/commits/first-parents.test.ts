import fs from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { firstParents } from '../../../src/git/commits/first-parents.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import { git, tempDir } from '../../harness/index.js';
import { newRepository } from '../repository.js';

const ID = 20;
const BEGIN = 1_600_000_000;

interface Made {
  readonly dir: string;
  readonly gitDir: string;
  readonly graph: string;
}

/** The stream of a commit with a file of its own, on a branch. */
const commitText = (branch: string, seconds: number, ...others: string[]): string =>
  `commit refs/heads/${branch}\ncommitter A <a@b> ${seconds} +0100\ndata 1\nx\n${others.join('')}M 644 inline file-${seconds}\ndata 0\n\n`;

const commitAt = (dir: string, seconds: number): string => {
  git(['fast-import', '--quiet'], dir, { input: commitText('master', seconds, 'from refs/heads/master^0\n') });
  return git(['rev-parse', 'master'], dir);
};

const HISTORY = [
  ...[0, 100, 50].map((after) => commitText('master', BEGIN + after)),
  commitText('side', BEGIN + 400, 'from refs/heads/master\n'),
  ...[200, 300].map((after) => commitText('master', BEGIN + after)),
  commitText('master', BEGIN + 500, 'merge refs/heads/side\n'),
].join('');

/** Five commits, a merge of one beside them, and a graph of all. */
function withGraph(): Made {
  const { dir, gitDir } = newRepository();
  git(['fast-import', '--quiet'], dir, { input: HISTORY });
  git(['commit-graph', 'write', '--reachable'], dir);
  return { dir, gitDir, graph: `${gitDir}/objects/info/commit-graph` };
}

const tipOf = ({ dir }: Pick<Made, 'dir'>): string => git(['rev-parse', 'master'], dir);

function historyOf({ dir, gitDir }: Pick<Made, 'dir' | 'gitDir'>, tip = tipOf({ dir })): string[] {
  const reader = ObjectReader.open(gitDir);
  try {
    return firstParents(gitDir, reader, oidFromHex(tip)).map(({ oid, tree, seconds }) => `${oidToHex(oid)} ${oidToHex(tree)} ${seconds}`);
  } finally {
    reader.close();
  }
}

/** Writes a graph of which some bytes have been changed, with a checksum that fits. */
function forge({ graph }: Made, change: (bytes: Buffer, commitsAt: number) => void): void {
  const bytes = fs.readFileSync(graph);
  for (let at = 8; ; at += 12) {
    if (bytes.toString('latin1', at, at + 4) !== 'CDAT') continue;
    change(bytes, Number(bytes.readBigUInt64BE(at + 4)));
    break;
  }
  createHash('sha1').update(bytes.subarray(0, -ID)).digest().copy(bytes, bytes.length - ID);
  fs.chmodSync(graph, 0o644);
  fs.writeFileSync(graph, bytes);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the first-parent history', () => {
  test('is the one that Git has, with clocks that ran back, from a commit-graph as from the objects', () => {
    const made = withGraph();
    const expected = git(['log', '--first-parent', '--reverse', '--format=%H %T %ct', 'master'], made.dir).split('\n');
    expect(expected).toHaveLength(6);
    const third = expected[2] as string;
    expected[2] = third.replace(String(BEGIN + 50), String(BEGIN + 100));
    expect(historyOf(made)).toEqual(expected);
    fs.rmSync(made.graph);
    expect(historyOf(made)).toEqual(expected);
  });

  test('asks no object that a commit-graph knows', () => {
    const made = withGraph();
    const readCommit = vi.spyOn(ObjectReader.prototype, 'readCommit');
    expect(historyOf(made)).toHaveLength(6);
    expect(readCommit).not.toHaveBeenCalled();
    const newest = commitAt(made.dir, BEGIN + 600);
    expect(historyOf(made).at(-1)).toContain(newest);
    expect(readCommit).toHaveBeenCalledTimes(1);
  });

  test('does not depend on a commit-graph that is damaged, in whichever byte', () => {
    const made = withGraph();
    const tip = tipOf(made);
    const expected = historyOf(made, tip);
    const whole = fs.readFileSync(made.graph);
    fs.chmodSync(made.graph, 0o644);
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0xff;
      fs.writeFileSync(made.graph, bytes);
      expect(historyOf(made, tip)).toEqual(expected);
    }
    for (const length of [0, 7, 27, 28, 100, whole.length - 1]) {
      fs.writeFileSync(made.graph, whole.subarray(0, length));
      expect(historyOf(made, tip)).toEqual(expected);
    }
  });

  test('reads the commit where a commit-graph has no room for its time, or no parent of it', () => {
    const made = withGraph();
    const late = commitAt(made.dir, 2 ** 33);
    git(['commit-graph', 'write', '--reachable'], made.dir);
    expect(historyOf(made).at(-1)).toMatch(new RegExp(`^${late} .* ${2 ** 33}$`));
    const expected = historyOf(made);
    forge(made, (bytes, at) => {
      for (let commit = 0; commit < 8; commit += 1) bytes.writeUInt32BE(0x60000000, at + commit * 36 + ID);
    });
    expect(historyOf(made)).toEqual(expected);
  });

  test('that leads round in a circle is an error which names the repository', () => {
    const made = withGraph();
    forge(made, (bytes, at) => {
      for (let commit = 0; commit < 7; commit += 1) bytes.writeUInt32BE((commit + 1) % 7, at + commit * 36 + ID);
    });
    expect(() => historyOf(made)).toThrow(`${made.gitDir}: the history of `);
    expect(() => historyOf(made)).toThrow('leads round in a circle');
  });

  test('ends where a shallow clone ends, though a commit-graph goes on', () => {
    const made = withGraph();
    const clone = path.join(tempDir(), 'clone');
    git(['clone', '-q', '--depth', '3', `file://${made.dir}`, clone], made.dir);
    fs.copyFileSync(made.graph, `${clone}/.git/objects/info/commit-graph`);
    expect(historyOf({ dir: clone, gitDir: `${clone}/.git` })).toEqual(historyOf(made).slice(-3));
  });

  test('does not follow a link in the place of the commit-graph', () => {
    const made = withGraph();
    fs.renameSync(made.graph, path.join(made.dir, 'elsewhere'));
    fs.symlinkSync(path.join(made.dir, 'elsewhere'), made.graph);
    expect(() => historyOf(made)).toThrow(`${made.graph}: is a symbolic link`);
  });
});
