import { existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { statusOfStat } from '../../src/facets/stat/status.js';
import { readToplevel } from '../../src/facets/stat/toplevel-stat.js';
import { ObjectReader } from '../../src/git/objects/object-reader.js';
import { setGitEnvironment } from '../../src/git/process/run-git.js';
import type { RepoReport } from '../../src/rescan/events.js';
import { rescan } from '../../src/rescan/rescan.js';
import type { RecordFields } from '../../src/record/parse.js';
import { ShadowRepo } from '../../src/shadow/shadow-repo.js';
import { cleanEnvironment, removeTree } from '../harness/index.js';
import { findAll, sumsOf } from './independent-count.js';

// One process has nobody to exclude, and each lock would start two programs. Locks have tests of their own.
vi.mock('../../src/shadow/lock/lock.js', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  acquireLock: () => Promise.resolve({ release: () => undefined }),
}));

const RUNS = Number(process.env['GIT_FSO_MODEL_RUNS'] ?? 8);
/** Where syncing to disk costs nothing, if there is such a place; nothing here is about crashes. */
const FAST = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
const KEYS = ['dirs', 'files', 'links', 'others', 'size'] as const;

/** Repos inside of repos, of each subdir tracking. */
const REPOS = ['', 'a', 'a/x', 'a/x/deep/y', 'b', 'b/x', 'c', 'c/x', 'd'];
const CONFIG = (top: string): string => `shadow: ${top}/shadow
roots:
  - path: ${top}/real
    facets: [stat]
    patterns: ["superrepo .", "superrepo a", "superrepo a/x", "enter a/x/deep", "repo a/x/deep/y", "superrepo b", "repo b/x", ` +
      `"superrepo c", "repo c/x", "repo d"]
    initPolicy: ["ignore-subdirs .", "bundle-subdirs a", "enter-subdirs a/x", "ignore-most a/x/deep/y", "ignore-most b", ` +
      `"enter-subdirs b/x", "enter-subdirs c", "bundle-subdirs c/x", "enter-subdirs d"]
`;

interface Step {
  readonly op: 'write' | 'link' | 'move' | 'remove' | 'symlink' | 'ignore' | 'repository' | 'rescan';
  readonly from: string;
  readonly to: string;
  readonly size: number;
}

const place = fc
  .tuple(fc.constantFrom(...REPOS), fc.constantFrom('', 'f', 's', 's/t', 's/t/u', 'ignored', '.git-annex'), fc.constantFrom('1', '2', '3'))
  .map((parts) => parts.filter((part) => part !== '').join('/'));
const op = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step['op']>('write') },
  { weight: 4, arbitrary: fc.constantFrom<Step['op']>('link', 'move', 'remove') },
  { weight: 1, arbitrary: fc.constantFrom<Step['op']>('symlink', 'ignore', 'repository') },
  { weight: 2, arbitrary: fc.constant<Step['op']>('rescan') },
);
const steps = fc.array(fc.record({ op, from: place, to: place, size: fc.nat({ max: 3000 }) }), {
  minLength: 5,
  maxLength: 40,
  size: 'max',
});

class World {
  private readonly top = mkdtempSync(path.join(FAST, 'git-fso-totals-'));
  private readonly real = path.join(this.top, 'real');
  private readonly site = parseConfig(Buffer.from(CONFIG(this.top)), 'test.yml');

  constructor() {
    setGitEnvironment(process.env);
    for (const repo of REPOS) this.write(path.join(this.real, repo, 'keep'), 1);
  }

  remove(): void {
    removeTree(this.top);
  }

  change({ op: what, from, to, size }: Step): void {
    const [source, target] = [path.join(this.real, from), path.join(this.real, to)];
    try {
      switch (what) {
        case 'write': return this.write(source, size);
        case 'link': return this.into(target, () => linkSync(source, target));
        case 'move': return this.into(target, () => renameSync(source, target));
        case 'remove': return rmSync(source, { recursive: true });
        case 'symlink': return this.into(target, () => symlinkSync(source, target));
        case 'ignore': return writeFileSync(path.join(path.dirname(source), '.gitignore'), 'ignored\ns/t\n');
        case 'repository': return this.repository(path.dirname(source), size);
        default: return;
      }
    } catch (error) {
      // What cannot be done as things are is not done.
      if (!['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'EPERM', 'ENOTEMPTY', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }

  private write(file: string, size: number): void {
    this.into(file, () => writeFileSync(file, 'x'.repeat(size)));
  }

  private into(target: string, action: () => void): void {
    mkdirSync(path.dirname(target), { recursive: true });
    action();
  }

  /** A repository that nobody asks for more than its commit. */
  private repository(directory: string, commit: number): void {
    if (directory === this.real || lstatSync(directory).isSymbolicLink()) return;
    for (const name of ['objects', 'refs']) mkdirSync(path.join(directory, '.git', name), { recursive: true });
    writeFileSync(path.join(directory, '.git/HEAD'), `${String(commit % 10).repeat(40).replaceAll('0', 'a')}\n`);
  }

  async rescan(): Promise<readonly RepoReport[]> {
    const options = {
      env: cleanEnvironment(),
      waitMs: 0,
      command: 'test',
      facets: null,
      places: null,
      dryRun: false,
      init: true,
      jobs: 3,
      acceptEmpty: false,
    };
    const reports: RepoReport[] = [];
    await rescan(this.site, options, (event) => {
      if (event.type === 'repo') reports.push(event.report);
      else if (event.type.endsWith('error')) throw new Error(JSON.stringify(event));
    });
    return reports;
  }

  /** Fails unless each record says what is there; and nothing more is to be recorded. */
  async check(reports: readonly RepoReport[]): Promise<void> {
    const found = findAll(this.real);
    for (const { realdir, shadow, missing, error } of reports) {
      expect(error).toBe(null);
      const repo = ShadowRepo.open(shadow ?? '');
      const fields = toplevelOf(repo);
      const inside = sumsOf(found.filter(({ at }) => `${at}/`.startsWith(`${realdir}/`)));
      if (missing) expect(fields).toBe(null);
      else expect([realdir, ...KEYS.map((key) => Number(fields?.get(key)))]).toEqual([realdir, ...KEYS.map((key) => inside[key])]);
      expect((await statusOfStat(repo)).entries).toEqual([]);
    }
  }
}

function toplevelOf(repo: ShadowRepo): RecordFields | null {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const head = repo.head('stat');
    return head === null ? null : readToplevel(reader, reader.readCommit(head).tree);
  } finally {
    reader.close();
  }
}

test(
  'after any changes and a rescan, sums are what is there, also of nested repos with hard links across them',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World();
        try {
          for (const step of [...all, { op: 'rescan' } as Step]) {
            if (step.op !== 'rescan') world.change(step);
            else await world.check(await world.rescan());
          }
          for (const { facets } of await world.rescan()) expect(facets.get('stat')?.commit ?? null).toBe(null);
        } finally {
          world.remove();
        }
      }),
      { numRuns: RUNS },
    );
  },
  Math.max(60_000, 10_000 * RUNS),
);
