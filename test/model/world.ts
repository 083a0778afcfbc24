import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { applyStub } from '../../src/stub/apply-stub.js';
import type { FacetResult } from '../../src/facets/facet-result.js';
import { recordSha } from '../../src/facets/sha/record-sha.js';
import { recordStat } from '../../src/facets/stat/record-stat.js';
import { statusOfStat } from '../../src/facets/stat/status.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { readRef } from '../../src/git/refs/refs.js';
import { createHere } from '../../src/shadow/create/create-here.js';
import type { RunOptions } from '../../src/shadow/transaction/run-options.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import type { ByteString } from '../../src/util/byte-string.js';
import { cleanEnvironment, removeTree, tempDir } from '../harness/index.js';
import { RealDirectoryEditor } from './change-real-tree.js';
import { expectedSha } from './expected-sha.js';
import type { SeenFiles } from './expected-sha.js';
import type { StatMode } from './expected-stat.js';
import { expectedStat } from './expected-stat.js';
import { GitOracle } from './git-oracle.js';
import type { Operation, StubEdit } from './operations.js';
import type { RealNode } from './real-tree.js';
import { fingerprint, readRealTree } from './real-tree.js';
import type { Nested, RecordedFile, RecordedTree } from './recorded-tree.js';
import { flatten, nest, treeId } from './recorded-tree.js';
import { mergeStub } from './stub-merge.js';
import { differenceFrom } from './tree-difference.js';

type Branch = 'stat' | 'sha' | 'content';

const ENV = cleanEnvironment();
const OPTIONS: RunOptions = { env: ENV, waitMs: 0, command: 'model test' };
/** Where syncing to disk costs nothing, if there is such a place; nothing here is about crashes. */
const FAST = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

/** Prints what Git finds wrong, the trees of the branches, and what is not clean in the work tree of the stub. */
const FINAL_CHECK = [
  'git -c fsck.hasDotgit=ignore -c core.multiPackIndex=false -c core.commitGraph=false fsck --full --strict --no-dangling ' +
    '--no-progress 2>&1',
  "git rev-parse 'master-stat^{tree}' 'master-sha^{tree}' 'master-content^{tree}'",
  'git status --porcelain',
].join(' && ');

/** A FIFO to make links to; a program has to be started for each one. */
let fifo: string | null = null;

function sharedFifo(): string {
  if (fifo === null) {
    fifo = path.join(tempDir(), 'fifo');
    execFileSync('mkfifo', [fifo]);
  }
  return fifo;
}

/** A real directory, its shadow repo, and what the rules say must be in there. */
export class ModelWorld {
  private readonly top = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-model-'));
  private readonly fast = fs.mkdtempSync(path.join(FAST, 'git-fso-model-'));
  private readonly realdir = path.join(this.top, 'real');
  private readonly shadow = path.join(this.fast, 'shadow');
  private readonly oracle = new GitOracle(this.top);
  private readonly editor: RealDirectoryEditor;
  private readonly trees: Record<Branch, RecordedTree> = { stat: new Map(), sha: new Map(), content: new Map() };
  private stub: RecordedTree = new Map();
  private appliedStub: Nested = new Map();
  private seen: SeenFiles = new Map();

  constructor(names: readonly ByteString[]) {
    for (const directory of [this.realdir, this.shadow]) fs.mkdirSync(directory);
    this.editor = new RealDirectoryEditor(this.realdir, names, sharedFifo());
  }

  async init(): Promise<void> {
    await createHere(this.shadow, this.realdir, { ...OPTIONS, tracking: 'enter-subdirs' });
    this.stub = new Map([['.gitignore', stubFile('')]]);
    this.appliedStub = nest(this.stub);
    for (const branch of ['stat', 'sha', 'content'] as const) this.trees[branch] = this.stub;
  }

  async perform(operation: Operation): Promise<void> {
    switch (operation.op) {
      case 'stat': return this.untouched(() => this.stat(operation.mode));
      case 'sha': return this.untouched(() => this.sha());
      case 'stub': return this.untouched(() => this.applyStub(operation.edit));
      default: return this.editor.apply(operation);
    }
  }

  /** All that must hold in the end, whatever came before. */
  async settle(): Promise<void> {
    await this.perform({ op: 'stat', mode: { summaries: 'all' } });
    await this.perform({ op: 'sha' });
    await this.untouched(async () => this.requireIdle());
    const said = this.shell(FINAL_CHECK).trimEnd().split('\n');
    const expected = Object.values(this.trees).map((tree) => treeId(nest(tree)).toString('hex'));
    if (!isDeepStrictEqual(said, expected)) throw new Error(`Git says\n${said.join('\n')}\ninstead of\n${expected.join('\n')}`);
  }

  remove(): void {
    removeTree(this.top);
    removeTree(this.fast);
  }

  /** Runs Git several times for the price of starting one program. */
  private shell(script: string): string {
    return execFileSync('/bin/sh', ['-c', script], { cwd: this.shadow, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  private get repo(): ShadowRepo {
    return ShadowRepo.open(this.shadow);
  }

  private real(): RealNode | null {
    return readRealTree(this.realdir);
  }

  private async untouched(action: () => Promise<void>): Promise<void> {
    const before = fingerprint(this.real());
    await action();
    if (fingerprint(this.real()) !== before) throw new Error('the real directory was changed');
  }

  private async stat(mode: StatMode): Promise<void> {
    const plain = expectedStat(this.oracle, this.realdir, this.real(), this.trees.stat);
    const isPlain = Object.keys(mode).length === 0;
    const expected = isPlain ? plain : expectedStat(this.oracle, this.realdir, this.real(), this.trees.stat, mode);
    const listed = (await statusOfStat(this.repo)).entries.map(({ letter, path: at }) => `${letter} ${at}`).sort();
    requireSame('status', listed, plain.status);
    const told: string[] = [];
    const result = await recordStat(this.repo, { ...OPTIONS, ...mode, onChange: (letter, at) => told.push(`${letter} ${at}`) });
    requireClean(result);
    if (isPlain) requireSame('what stat tells', told.sort(), plain.status);
    if (isPlain && (listed.length === 0) !== (result.commit === null))
      throw new Error(`status lists ${listed.length} paths, but commit is ${result.commit}`);
    this.requireTree('stat', expected.tree, result);
  }

  private async sha(): Promise<void> {
    const { tree, seen } = expectedSha(this.oracle, this.realdir, this.real(), this.trees.sha, this.seen);
    const result = await recordSha(this.repo, { ...OPTIONS, workers: 0 });
    requireClean(result);
    this.seen = seen;
    this.requireTree('sha', tree, result);
  }

  private async requireIdle(): Promise<void> {
    const { entries } = await statusOfStat(this.repo);
    requireSame('status after stat', entries.map(({ letter, path: at }) => `${letter} ${at}`), []);
    for (const [name, { commit }] of [
      ['stat', await recordStat(this.repo, OPTIONS)],
      ['sha', await recordSha(this.repo, { ...OPTIONS, workers: 0 })],
    ] as const) {
      if (commit !== null) throw new Error(`the second ${name} made a commit`);
    }
  }

  private async applyStub(edit: StubEdit): Promise<void> {
    const next = new Map(this.stub);
    for (const [file, text] of Object.entries(edit)) {
      const at = path.join(this.shadow, file);
      if (text === null) {
        next.delete(file);
        fs.rmSync(at, { force: true });
      } else {
        next.set(file, stubFile(text));
        fs.mkdirSync(path.dirname(at), { recursive: true });
        fs.writeFileSync(at, text);
      }
    }
    this.shell('git add -A -f . && git commit -q --allow-empty -m edit');
    this.stub = next;
    await applyStub(this.repo, OPTIONS);
    const theirs = nest(next);
    for (const branch of ['stat', 'sha', 'content'] as const) {
      const merged = flatten(mergeStub(this.appliedStub, nest(this.trees[branch]), theirs));
      this.requireTree(branch, merged);
    }
    this.appliedStub = theirs;
  }

  /** Compares a branch with what it should be, which is what later runs start from. */
  private requireTree(branch: Branch, expected: RecordedTree, result?: FacetResult): void {
    const before = treeId(nest(this.trees[branch]));
    const id = treeId(nest(expected));
    const reader = ObjectReader.open(this.repo.gitDir);
    try {
      const commit = readRef(this.repo.gitDir, `refs/heads/master-${branch}`);
      if (commit === null) throw new Error(`there is no master-${branch}`);
      const { tree } = reader.readCommit(commit);
      if (Buffer.from(String(tree), 'latin1').toString('hex') !== id.toString('hex')) {
        throw new Error(`master-${branch} differs:\n${differenceFrom(expected, this.shadow, `master-${branch}`)}`);
      }
    } finally {
      reader.close();
    }
    if (result !== undefined && (result.commit === null) !== before.equals(id))
      throw new Error(`${branch}: a commit for nothing, or none for a change`);
    this.trees[branch] = expected;
  }
}

function stubFile(text: string): RecordedFile {
  return { mode: '100644', body: Buffer.from(text), origin: 'stub' };
}

function requireClean({ problems }: FacetResult): void {
  if (problems.length > 0) throw new Error(`problems: ${JSON.stringify(problems)}`);
}

function requireSame(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}
