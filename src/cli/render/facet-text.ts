import { oidToHex } from '../../git/object-id.js';
import type { FacetResult } from '../../facets/facet-result.js';
import { ExitStatus } from '../../util/errors.js';
import type { CliContext } from '../context.js';
import { safePath, safeText } from './safe-text.js';

/** How many problems are listed one by one. */
const MAX_LISTED = 20;

/** Prints warnings and problems of a run, and sets the exit status if there were problems. */
export function reportProblems(context: CliContext, result: Pick<FacetResult, 'problems' | 'warnings'>): void {
  for (const [list, label] of [
    [result.warnings, 'warning: '],
    [result.problems, ''],
  ] as const) {
    for (const { path, message } of list.slice(0, MAX_LISTED)) {
      context.stderr.write(`${label}${safePath(path === '' ? '.' : path)}: ${safeText(message)}\n`);
    }
    if (list.length > MAX_LISTED) context.stderr.write(`${label}… and ${list.length - MAX_LISTED} more\n`);
  }
  if (result.problems.length === 0) return;
  context.stderr.write(`${result.problems.length} paths could not be read; they keep their last record\n`);
  context.exitStatus = ExitStatus.partial;
}

/** Prints what a run of a facet recorded. */
export function printFacetResult(context: CliContext, name: string, result: FacetResult): void {
  if (result.commit === null) {
    context.stdout.write('no changes\n');
  } else {
    const { added, modified, deleted } = result;
    const changes = added + modified + deleted === 0 ? '' : `: ${added} added, ${modified} modified, ${deleted} deleted`;
    context.stdout.write(`${name} ${oidToHex(result.commit).slice(0, 10)}${changes}\n`);
  }
  reportProblems(context, result);
}
