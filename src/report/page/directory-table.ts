import { formatNumber } from '../../util/text/quantities.js';
import { formatBytes } from '../../util/text/format-bytes.js';
import type { TreeNode } from '../tree/prune.js';
import { formatChange, formatDay } from './format.js';
import type { Html } from './html.js';
import { pathHtml } from './html.js';
import { bar, tableHtml } from './table.js';

/** Without a script, so many are told, the largest first. */
const ROWS_MAX = 100;

/** The largest directories of the treemap. With a script, the directory that is shown has its rows here instead. */
export function directoryTable(root: TreeNode, since: number): Html {
  const directories: TreeNode[] = [];
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind !== 'directory') continue;
    directories.push(next);
    pending.push(...next.children);
  }
  const rows = directories
    .sort((one, other) => other.size - one.size)
    .slice(0, ROWS_MAX)
    .map(({ path, size, files, before, newest }) => [
      { shown: pathHtml(path) },
      { shown: formatBytes(size), value: size },
      { shown: bar(size, root.size) },
      { shown: formatNumber(files), value: files },
      { shown: formatChange(size - before), value: size - before },
      { shown: formatDay(newest), value: newest ?? Number.MIN_SAFE_INTEGER },
    ]);
  const columns = [
    { title: 'directory' },
    { title: 'bytes', isNumber: true },
    { title: 'share' },
    { title: 'files', isNumber: true },
    { title: `since ${formatDay(since)}`, isNumber: true },
    { title: 'youngest file', isNumber: true },
  ];
  return tableHtml(columns, rows, { caption: 'Largest directories', id: 'inside', isLong: true, none: 'There are no directories.' });
}
