import type { ByteString } from '../../src/util/byte-string.js';
import type { ModelEntry, ModelRepo, Snapshot } from './recorded-days.js';
import { sha256Of } from './recorded-days.js';

/** The last snapshot that is not after a time, and its index. */
export function snapshotAt<T>(snapshots: readonly Snapshot<T>[], seconds: number): number {
  return snapshots.findLastIndex((each) => each.seconds <= seconds);
}

/** A change of one path of one repo, as the model sees it. */
export interface ModelChange {
  readonly change: 'added' | 'modified' | 'deleted';
  readonly path: ByteString;
  readonly before: ModelEntry | null;
  readonly after: ModelEntry | null;
  readonly first: boolean;
}

/** What differs between two snapshots; the first one may be none. */
export function changesBetween(
  { stat }: ModelRepo,
  before: number,
  after: number,
  isLeftOut: (path: ByteString) => boolean,
): ModelChange[] {
  const none: ReadonlyMap<ByteString, ModelEntry> = new Map();
  const [one = none, other = none] = [stat[before]?.entries, stat[after]?.entries];
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].flatMap((path): ModelChange[] => {
    const [was, is] = [one.get(path) ?? null, other.get(path) ?? null];
    if (was?.text === is?.text || isLeftOut(path)) return [];
    const change = was === null ? 'added' : is === null ? 'deleted' : 'modified';
    return [{ change, path, before: was, after: is, first: before < 0 && stat[0]?.entries.has(path) === true }];
  });
}

/** What a question about all repos leaves to the nested one: it answers from its first record on, unless that is one sum. */
export function leftOutOf(repos: readonly ModelRepo[], outer: ModelRepo, seconds: number): (path: ByteString) => boolean {
  const nested = repos.filter(({ realdir, tracking, stat }) => {
    const begin = stat[0]?.seconds ?? Number.POSITIVE_INFINITY;
    return realdir.startsWith(`${outer.realdir}/`) && tracking !== 'ignore-most' && begin <= seconds;
  });
  return (path) => nested.some(({ realdir }) => path === realdir || path.startsWith(`${realdir}/`));
}

/**
 * The checksums that may be given for the file of a snapshot: by the rule, and what the file really had, which is no guess.
 */
export function checksumsFor(
  model: ModelRepo,
  path: ByteString,
  index: number,
): { readonly rule: string | null; readonly truth: string | null } {
  const record = model.stat[index]?.entries.get(path);
  if (record?.kind !== 'file' || record.content === null) return { rule: null, truth: null };
  const isSame = (at: number): boolean => model.stat[at]?.entries.get(path)?.text === record.text;
  let [first, last] = [index, index];
  while (first > 0 && isSame(first - 1)) first -= 1;
  while (last + 1 < model.stat.length && isSame(last + 1)) last += 1;
  const begin = model.stat[first]?.seconds ?? 0;
  const end = model.stat[last + 1]?.seconds ?? Number.POSITIVE_INFINITY;
  const hashedAt = (seconds: number) => model.sha[snapshotAt(model.sha, seconds)]?.entries.get(path);
  const [hashed, before] = [hashedAt(end - 1), hashedAt(begin - 1)];
  const truth = sha256Of(record.content);
  if (hashed === undefined || hashed.content === null || hashed.size !== record.size) return { rule: null, truth };
  const isNew = before === undefined || before.content !== hashed.content;
  const isRight = Number.isFinite(end) ? isNew : hashed.mtime === record.mtime;
  return { rule: isRight ? sha256Of(hashed.content) : null, truth };
}
