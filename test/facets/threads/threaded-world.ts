import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { FacetResult } from '../../../src/facets/facet-result.js';
import type { StatOptions } from '../../../src/facets/stat/record-stat.js';
import { recordStat } from '../../../src/facets/stat/record-stat.js';
import { oidToHex } from '../../../src/git/objects/object-id.js';
import { ObjectReader } from '../../../src/git/objects/object-reader.js';
import { createHere } from '../../../src/shadow/create/create-here.js';
import { PAIR_LENGTH, readFingerprints } from '../../../src/shadow/remembered/fingerprint-file.js';
import { readHandedSums } from '../../../src/shadow/remembered/sums-file.js';
import type { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { applyStub } from '../../../src/stub/apply-stub.js';
import { bundleModule } from '../../harness/bundle-module.js';
import { cleanEnvironment, git, removeTree, tempDir } from '../../harness/index.js';
import { RealDirectoryEditor } from '../../model/change-real-tree.js';
import type { Operation, StubEdit } from '../../model/operations.js';
import { OPTIONS } from '../world.js';

/** Where syncing to disk costs nothing, if there is such a place; nothing here is about crashes. */
const FAST = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

let program: URL | null = null;

/** Options by which even the smallest tree is walked by as many threads, each of which is there from the start. */
export function sharedBy(threads: number): Pick<StatOptions, 'threads' | 'team'> {
  program ??= pathToFileURL(bundleModule('facets/threads/walk-worker', tempDir()));
  return { threads, team: { fromRecorded: 0, fromMet: 0, leastEntries: 0, waitsForThreads: true, program } };
}

/** What a run has found, in an order of its own. */
interface Found {
  readonly tree: string;
  readonly result: Omit<FacetResult, 'commit'> & { readonly isCommit: boolean };
  readonly told: readonly string[];
  readonly fingerprints: readonly string[];
  readonly sums: unknown;
}

/** A real directory with one shadow repo for each number of threads: all must record the same. */
export class ThreadedWorld {
  private readonly top = fs.mkdtempSync(path.join(FAST, 'git-fso-threads-'));
  readonly real = path.join(this.top, 'real');
  private readonly editor: RealDirectoryEditor;
  private readonly repos: { readonly threads: number; readonly shadow: string; readonly repo: ShadowRepo }[] = [];

  constructor(names: readonly string[]) {
    fs.mkdirSync(this.real);
    const fifo = path.join(this.top, 'fifo');
    // What is linked in its place is no regular file either.
    fs.symlinkSync('nowhere', fifo);
    this.editor = new RealDirectoryEditor(this.real, names, fifo);
  }

  async init(threads: readonly number[]): Promise<void> {
    for (const count of threads) {
      const shadow = path.join(this.top, `shadow-${count}`);
      fs.mkdirSync(shadow);
      this.repos.push({ threads: count, shadow, repo: await createHere(shadow, this.real, { ...OPTIONS, tracking: 'enter-subdirs' }) });
    }
  }

  async perform(operation: Operation): Promise<void> {
    if (operation.op === 'stat') await this.stat(operation.mode);
    else if (operation.op === 'stub') await this.applyStub(operation.edit);
    else if (operation.op !== 'sha') this.editor.apply(operation);
  }

  /** Records with each number of threads. Throws where they differ; returns what all have found. */
  async stat(mode: StatOptions = {}): Promise<Found> {
    const all: Found[] = [];
    for (const { threads, repo } of this.repos) {
      const told: string[] = [];
      const options = { ...OPTIONS, ...mode, ...(threads > 1 ? sharedBy(threads) : { threads }) };
      const { commit, ...result } = await recordStat(repo, { ...options, onChange: (letter, at) => told.push(`${letter} ${at}`) });
      const pairs = readFingerprints(repo);
      all.push({
        tree: treeOf(repo),
        result: { ...sorted(result), isCommit: commit !== null },
        told: told.sort(),
        fingerprints: Array.from({ length: pairs.length / PAIR_LENGTH }, (_, at) => pairs.substr(at * PAIR_LENGTH, PAIR_LENGTH)).sort(),
        sums: readHandedSums(repo.gitDir)?.sums ?? null,
      });
    }
    const [first, ...others] = all;
    if (first === undefined) throw new RangeError('no repo');
    for (const [index, other] of others.entries()) {
      if (!isDeepStrictEqual(other, first))
        throw new Error(`${this.repos[index + 1]?.threads} threads found ${JSON.stringify(other)}, one ${JSON.stringify(first)}`);
    }
    return first;
  }

  /** What nobody needs any more must be gone: temporary packs and guards; all objects are there. */
  requireTidy(): void {
    for (const { shadow } of this.repos) {
      const left = fs.readdirSync(path.join(shadow, '.git/objects/pack')).filter((name) => /^tmp_|\.keep$/.test(name));
      if (left.length > 0) throw new Error(`left over: ${left.join(' ')}`);
      git(['-c', 'fsck.hasDotgit=ignore', 'fsck', '--full', '--strict', '--no-dangling', '--no-progress'], shadow);
    }
  }

  remove(): void {
    removeTree(this.top);
  }

  private async applyStub(edit: StubEdit): Promise<void> {
    for (const { shadow, repo } of this.repos) {
      for (const [file, text] of Object.entries(edit)) {
        const at = path.join(shadow, file);
        fs.mkdirSync(path.dirname(at), { recursive: true });
        if (text === null) fs.rmSync(at, { force: true });
        else fs.writeFileSync(at, text);
      }
      const script = 'git add -A -f . && git commit -q --allow-empty -m edit';
      execFileSync('/bin/sh', ['-c', script], { cwd: shadow, env: cleanEnvironment() });
      await applyStub(repo, OPTIONS);
    }
  }
}

function treeOf(repo: ShadowRepo): string {
  const head = repo.head('stat');
  const reader = ObjectReader.open(repo.gitDir);
  try {
    return head === null ? '' : oidToHex(reader.readCommit(head).tree);
  } finally {
    reader.close();
  }
}

function sorted<T extends Pick<FacetResult, 'problems' | 'warnings' | 'limits'>>(result: T): T {
  const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return {
    ...result,
    problems: [...result.problems].sort(byText),
    warnings: [...result.warnings].sort(byText),
    limits: result.limits.map(({ limit, count }) => ({ limit, count })),
  };
}
