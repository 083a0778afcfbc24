import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GrowthUnit } from '../../../src/history/growth/groups.js';
import type { Part } from '../../../src/history/places/parts.js';
import { fileStatRecord, toplevelStatRecord, treeStatRecord } from '../../../src/record/records.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { removeTree } from '../../harness/index.js';
import type { RecordedEntries } from '../recorded-tree.js';
import { RecordedRepository } from '../recorded-tree.js';

/** How a repo records what is in it: all files, the directories right below it as one sum each, or its toplevel only. */
export type Tracking = 'files' | 'bundles' | 'sum';

/** Bytes by absolute path. */
export type Files = ReadonlyMap<string, number>;

export interface WorldRepo {
  readonly realdir: string;
  readonly tracking: Tracking;
}

/** Where syncing to disk costs nothing, if there is such a place. */
const FAST = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

const isBelow = (file: string, directory: string): boolean => file.startsWith(`${directory}/`);

/** The sum of the sizes of some files, and how many there are. */
export function countOf(files: Iterable<readonly [string, number]>): { readonly files: bigint; readonly size: bigint } {
  const sizes = [...files].map(([, size]) => size);
  return { files: BigInt(sizes.length), size: BigInt(sizes.reduce((sum, size) => sum + size, 0)) };
}

function filesBelow(files: Files, directory: string): [string, number][] {
  return [...files].filter(([file]) => isBelow(file, directory));
}

/** What was recorded last. */
interface Last {
  readonly files: string;
  readonly entries: RecordedEntries;
}

/** Shadow repos of realdirs that exist as models only. */
export class GrowthWorld {
  private readonly top = mkdtempSync(path.join(FAST, 'git-fso-growth-'));
  readonly #repos = new Map<string, { readonly repo: WorldRepo; readonly recorded: RecordedRepository; last: Last }>();

  constructor(readonly repos: readonly WorldRepo[]) {
    for (const repo of repos) {
      const recorded = new RecordedRepository(repo.realdir, emptyRepository(this.top, String(this.#repos.size)));
      this.#repos.set(repo.realdir, { repo, recorded, last: { files: '', entries: {} } });
    }
  }

  remove(): void {
    removeTree(this.top);
  }

  /**
   * Records what is in a realdir, if there is something new.
   * @param isSummed false if the toplevel keeps the sum that it has, as after a run of `stat` that has not looked at it
   */
  record(realdir: string, files: Files, seconds: number, isSummed = true): void {
    const known = this.#repos.get(realdir);
    const inside = filesBelow(files, realdir);
    const text = JSON.stringify(inside.toSorted());
    if (known === undefined || text === known.last.files) return;
    const entries = entriesOf(known.repo, inside, seconds);
    const { '.nogtree': toplevel } = known.last.entries;
    const next = isSummed || toplevel === undefined ? entries : { ...entries, '.nogtree': toplevel };
    known.recorded.record('master-stat', next, seconds);
    known.last = { files: text, entries: next };
  }

  /** All repos that are given, as a question about all of them has them. */
  parts(): Part[] {
    const opened = [...this.#repos.values()]
      .map(({ recorded }) => ShadowRepo.open(recorded.dir))
      .sort((one, other) => (one.realdir < other.realdir ? -1 : 1));
    return opened.map((repo) => ({ repo, path: '', nested: opened.filter((other) => isBelow(other.realdir, repo.realdir)) }));
  }
}

/** What `git init` makes, as far as it is needed. */
function emptyRepository(top: string, name: string): { readonly dir: string; readonly gitDir: string } {
  const dir = path.join(top, name);
  const gitDir = path.join(dir, '.git');
  for (const directory of ['objects', 'refs']) mkdirSync(path.join(gitDir, directory), { recursive: true });
  writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/master\n');
  writeFileSync(path.join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n');
  return { dir, gitDir };
}

function entriesOf({ realdir, tracking }: WorldRepo, files: readonly (readonly [string, number])[], mtimeMax: number): RecordedEntries {
  const counts = (some: readonly (readonly [string, number])[]) => {
    const { files: count, size } = countOf(some);
    return { dirs: 1, files: Number(count), links: 0, others: 0, size };
  };
  const toplevel = { mtime: 1, counts: counts(files), mtimeMin: 1, mtimeMax, immutable: false, git: null };
  const entries: Record<string, string> = { '.nogtree': toplevelStatRecord(toplevel) };
  for (const [file, size] of tracking === 'sum' ? [] : files) {
    const relative = file.slice(realdir.length + 1);
    const [top = '', ...below] = relative.split('/');
    if (tracking === 'files' || below.length === 0) entries[relative] = fileStatRecord(relative.split('/').at(-1) ?? '', size, 1);
    else entries[top] = treeStatRecord(top, 1, counts(files.filter(([other]) => isBelow(other, `${realdir}/${top}`))), null);
  }
  return entries;
}

/** The row that a file belongs to, if so many repos have told of it since before the begin. */
export function rowOf(file: string, repos: readonly WorldRepo[], unit: GrowthUnit): string | null {
  const [repo] = repos.filter(({ realdir }) => isBelow(file, realdir)).sort((one, other) => other.realdir.length - one.realdir.length);
  if (repo === undefined) return null;
  if (unit.by === 'repo') return repo.realdir;
  const names = file.slice(repo.realdir.length + 1).split('/').slice(0, -1);
  const known = repo.tracking === 'files' ? names : repo.tracking === 'bundles' ? names.slice(0, 1) : [];
  const place = unit.places.find((each) => isBelow(file, each)) ?? repo.realdir;
  const directory = [repo.realdir, ...known].join('/');
  return [place, ...directory.slice(place.length + 1).split('/').filter((name) => name !== '').slice(0, unit.depth)].join('/');
}
