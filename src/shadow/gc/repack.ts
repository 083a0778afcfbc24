import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { fsyncDirectory, randomName, syncTree } from '../../storage/durable-file.js';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../storage/file-mode.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { listRefs } from '../../git/refs/refs.js';
import type { GitResult } from '../../git/process/run-git.js';
import { runGit } from '../../git/process/run-git.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import { unlessErrno } from '../../util/errors.js';
import { namesIn } from '../layout/directory-names.js';
import { gitFailure } from '../../git/process/git-failure.js';
import { PathHints } from './path-hints.js';

/** Names of the directories below `.git/fso` where objects are repacked. */
export const WORKSHOP = /^gc-[0-9a-f]{8}$/;

/** Exit status of Git for an option that it does not know. */
const USAGE = 129;

/** How to repack. */
export interface RepackOptions {
  /** Unreachable objects that are older than this may be dropped, as a date in Git's syntax. */
  readonly expire: string;
  /** Compresses every object anew, instead of only comparing new ones. */
  readonly recompress: boolean;
  readonly signal: AbortSignal;
}

/**
 * Merges all packs and loose objects into one compressed pack. Git does that in a workshop, a
 * directory that has links to the packs, and so does not touch the objects themselves. What it made is
 * moved out when it is complete and on disk; then the packs that Git dropped in the workshop are
 * removed. A crash before that leaves the workshop, one after it packs that are there twice.
 *
 * To be called while nobody else of git-fso writes. Git processes may.
 * @throws FsoError if Git fails, or if what it made is not complete: then nothing has changed
 */
export async function repack(gitDir: ByteString, options: RepackOptions): Promise<void> {
  // A new one each time: a Git process that outlived its gc may still be at work in another.
  const workshop = joinPath(gitDir, `fso/gc-${randomName()}`);
  const objects = joinPath(workshop, 'objects');
  const tips = listRefs(gitDir, 'refs/').map(({ oid }) => oidToHex(oid));
  try {
    const before = furnish(gitDir, objects);
    await packAll(gitDir, objects, options);
    await requireComplete(gitDir, objects, tips, options.signal);
    publish(gitDir, objects, before);
  } catch (error) {
    options.signal.throwIfAborted();
    throw writeFailure(workshop, error);
  } finally {
    rmSync(fsPath(workshop), { recursive: true, force: true });
  }
}

/** Links the packs; other objects are found through the alternates. Returns the names of the packs. */
function furnish(gitDir: ByteString, objects: ByteString): ByteString[] {
  mkdirSync(fsPath(joinPath(objects, 'pack')), { recursive: true, mode: PRIVATE_DIRECTORY });
  mkdirSync(fsPath(joinPath(objects, 'info')), PRIVATE_DIRECTORY);
  writeFileSync(fsPath(alternatesOf(objects)), '../../../objects\n', { mode: PRIVATE_FILE });
  const names = namesIn(joinPath(gitDir, 'objects/pack')).filter((name) => name.startsWith('pack-'));
  const present = new Set(names);
  const packs = names.filter((name) => name.endsWith('.idx')).map((name) => name.slice(0, -'.idx'.length));
  const complete = new Set(packs.filter((pack) => present.has(`${pack}.pack`)));
  for (const name of names) {
    if (!complete.has(packOf(name))) continue;
    symlinkSync(fsPath(`../../../../objects/pack/${name}`), fsPath(joinPath(objects, `pack/${name}`)));
  }
  return [...complete];
}

function alternatesOf(objects: ByteString): ByteString {
  return joinPath(objects, 'info/alternates');
}

/** `pack-1234` for the name of any file that belongs to this pack. */
function packOf(name: ByteString): ByteString {
  return name.slice(0, name.lastIndexOf('.'));
}

/**
 * In two steps: `git repack` knows what has to be kept, and where, but not which objects resemble each other. So
 * everything that refs name is compressed before, and `git repack` takes what was made.
 */
async function packAll(gitDir: ByteString, objectDirectory: ByteString, options: RepackOptions): Promise<void> {
  const { expire, signal } = options;
  await compress(gitDir, objectDirectory, options);
  const settings = ['-c', 'repack.writeBitmaps=false', '-c', 'repack.updateServerInfo=false'];
  const common = [...settings, 'repack', '-d', '-n', '-q', '--window=0'];
  const run = (args: readonly string[]): Promise<GitResult> => runGit(gitDir, [...common, ...args], { objectDirectory, signal });
  let result = await run(['--cruft', `--cruft-expiration=${expire}`]);
  // Before version 2.37 Git cannot keep unreachable objects apart; then they all stay.
  if (result.status === USAGE) result = await run(['-a', '-k']);
  requireSuccess(gitDir, 'repack', result);
}

/** Makes one pack of everything that refs name, in which each object is compared with others of the same path. */
async function compress(gitDir: ByteString, objectDirectory: ByteString, { recompress, signal }: RepackOptions): Promise<void> {
  const hints = new PathHints();
  const common = { objectDirectory, signal };
  const target = { path: joinPath(objectDirectory, 'pack/pack') };
  const anew = recompress ? ['--no-reuse-object'] : [];
  const packing = runGit(gitDir, ['pack-objects', '-q', '--non-empty', '--honor-pack-keep', '--delta-base-offset', ...anew, target], {
    ...common,
    input: hints,
  });
  // Whoever makes the list would wait for somebody to take it.
  packing.catch(() => hints.destroy());
  const listing = runGit(gitDir, ['rev-list', '--objects', '--all'], { ...common, output: hints });
  // Whoever waits for the list would wait for ever, if it cannot even be begun.
  listing.catch(() => hints.destroy());
  // Both have to end before anything is removed; and if nobody takes the list any more, that is why it is not complete.
  const [packed, listed] = await Promise.allSettled([packing, listing]);
  requireDone(gitDir, 'pack-objects', packed);
  requireDone(gitDir, 'rev-list', listed);
  preferNew(joinPath(objectDirectory, 'pack'));
}

function requireDone(gitDir: ByteString, command: string, run: PromiseSettledResult<GitResult>): void {
  if (run.status === 'rejected') throw run.reason;
  requireSuccess(gitDir, command, run.value);
}

/** Git takes an object from the youngest pack that has it, and what was just made may look as old as what was there. */
function preferNew(directory: ByteString): void {
  const soon = new Date(Date.now() + 2000);
  for (const entry of readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.pack')) utimesSync(fsPath(joinPath(directory, entry.name)), soon, soon);
  }
}

/**
 * Has Git walk everything that the refs name, with nothing but the new packs.
 * @throws FsoError if an object is missing
 */
async function requireComplete(
  gitDir: ByteString,
  objectDirectory: ByteString,
  tips: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  unlinkSync(fsPath(alternatesOf(objectDirectory)));
  const input = Buffer.from(tips.map((tip) => `${tip}\n`).join(''), 'latin1');
  const result = await runGit(gitDir, ['rev-list', '--objects', '--quiet', '--stdin'], { objectDirectory, input, signal });
  requireSuccess(gitDir, 'rev-list', result);
}

function requireSuccess(gitDir: ByteString, command: string, result: GitResult): void {
  if (result.status === 0) return;
  const remedy = 'run `git-fso check`; if it finds no errors, `git gc` was perhaps at work at the same time: try again';
  throw gitFailure(gitDir, command, result, ', nothing was changed', remedy);
}

/** Moves new packs out of the workshop, durably, and removes those that Git dropped there. */
function publish(gitDir: ByteString, objects: ByteString, before: readonly ByteString[]): void {
  const [from, to] = [joinPath(objects, 'pack'), joinPath(gitDir, 'objects/pack')];
  syncTree(from);
  const entries = readdirSync(fsPath(from), { encoding: 'latin1', withFileTypes: true });
  const made = entries.filter((entry) => entry.isFile() && entry.name.startsWith('pack-')).map(({ name }) => name);
  // The index comes last: it is what makes the other files a pack.
  const rank = (name: ByteString): number => ['.pack', '.idx'].findIndex((end) => name.endsWith(end));
  for (const name of made.sort((a, b) => rank(a) - rank(b))) renameSync(fsPath(joinPath(from, name)), fsPath(joinPath(to, name)));
  fsyncDirectory(to);
  const kept = new Set(entries.map(({ name }) => packOf(name)));
  removePacks(to, new Set(before.filter((pack) => !kept.has(pack))));
}

function removePacks(directory: ByteString, packs: ReadonlySet<ByteString>): void {
  const names = namesIn(directory);
  const isGuarded = (pack: ByteString): boolean => names.includes(`${pack}.keep`);
  const gone = names.filter((name) => packs.has(packOf(name)) && !isGuarded(packOf(name)));
  if (gone.length === 0) return;
  // An index over several packs would point to packs that are not there any more.
  const indexes = names.filter((name) => name.startsWith('multi-pack-index'));
  const rank = (name: ByteString): number => (name.endsWith('.idx') ? 0 : 1);
  for (const name of [...indexes, ...gone.sort((a, b) => rank(a) - rank(b))]) {
    unlessErrno(['ENOENT'], undefined, () => unlinkSync(fsPath(joinPath(directory, name))));
  }
  fsyncDirectory(directory);
}
