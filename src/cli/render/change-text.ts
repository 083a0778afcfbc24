import type { Change } from '../../history/changes/compare-parts.js';
import type { MovedDirectory } from '../../history/changes/directory-moves.js';
import type { Totals } from '../../history/changes/totals.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import { safePath } from '../../util/text/safe-text.js';
import type { Palette } from './palette.js';
import { formatCount, formatNumber } from '../../util/text/quantities.js';

/** As Git has them. */
export const CHANGE_LETTERS = { added: 'A', modified: 'M', deleted: 'D', moved: 'R' } as const;
/** `1023 KiB → 1023 KiB`. */
const SIZE_WIDTH = 19;

/** Sizes of a change in a column: of what was modified, both, if they differ. */
export function sizesText({ change, before, after }: Pick<Change, 'change' | 'before' | 'after'>): string {
  const [was, is] = [before, after].map((stat) => formatBytes(stat?.size ?? 0));
  const isResized = change === 'modified' && before?.size !== after?.size;
  return (isResized ? `${was} → ${is}` : after === null ? (was ?? '') : (is ?? '')).padStart(SIZE_WIDTH);
}

/** What stands behind a path that is no file. */
export function kindText({ kind, path, realdir }: Pick<Change, 'kind' | 'path'> & { readonly realdir: string }): string {
  if (path === realdir) return ' (all of it)';
  return kind === 'file' ? '' : kind === 'link' ? ' (link)' : ' (as a whole)';
}

/** A change in one line for people. */
export function changeLine(change: Change, palette: Palette): string {
  const { path, from, kind, repo } = change;
  const place = from === null ? safePath(path) : `${safePath(from)} → ${safePath(path)}`;
  const text = `${CHANGE_LETTERS[change.change]} ${sizesText(change)}  ${place}${kindText({ kind, path, realdir: repo.realdir })}`;
  return palette.paint(change.change, text);
}

/** A directory that moved, in one line for people. */
export function movedDirectoryLine({ from, to, count, size }: MovedDirectory, palette: Palette): string {
  const text = `moved ${formatNumber(count)} ${count === 1 ? 'file' : 'files'}, ${formatBytes(size)}: ${safePath(from)} → ${safePath(to)}`;
  return palette.paint('moved', text);
}

/** Totals of changes in one line for people. */
export function totalsText({ added, modified, deleted, moved, first }: Totals): string {
  const part = (what: string, { count, size }: Totals[keyof Totals], sign = ''): string =>
    count === 0 ? '' : `${formatNumber(count)} ${what} (${sign}${formatBytes(size)})`;
  const parts = [
    part('added', added, '+'),
    part('modified', modified, modified.size > 0n ? '+' : ''),
    part('deleted', deleted, '-'),
    part('moved', moved),
    part('newly observed', first),
  ].filter((text) => text !== '');
  return parts.length === 0 ? 'no changes' : parts.join(', ');
}

/** First observations, which are not listed one by one for people, by repo. */
export function firstLines(changes: readonly Change[], palette: Palette): string[] {
  const byRealdir = new Map<string, { count: number; size: bigint }>();
  for (const { repo, after, isCounted } of changes) {
    if (!isCounted) continue;
    const known = byRealdir.get(repo.realdir) ?? { count: 0, size: 0n };
    known.count += 1;
    known.size += BigInt(after?.size ?? 0);
    byRealdir.set(repo.realdir, known);
  }
  return [...byRealdir].map(([realdir, { count, size }]) =>
    palette.paint('faint', `newly observed ${formatCount(count, 'file')}, ${formatBytes(size)}: ${safePath(realdir)}`));
}
