import { oidToHex } from '../../git/objects/object-id.js';
import type { FacetResult } from '../../facets/facet-result.js';
import type { CliContext } from '../context.js';
import { formatNumber } from '../../util/text/quantities.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { statusOfDone, worseStatus } from '../exit-status.js';

/** How many problems are listed one by one. */
const MAX_LISTED = 20;

/** What is to be told; where there are no counts, the lists are whole. */
type Told = Pick<FacetResult, 'problems' | 'warnings'> & Partial<Pick<FacetResult, 'problemCount' | 'warningCount'>>;

/** Prints warnings and problems of a run, and sets the exit status if there were problems. */
export function reportProblems(context: CliContext, result: Told): void {
  const { problemCount = result.problems.length } = result;
  for (const [list, count, label] of [
    [result.warnings, result.warningCount ?? result.warnings.length, 'warning: '],
    [result.problems, problemCount, ''],
  ] as const) {
    for (const { path, message } of list.slice(0, MAX_LISTED)) {
      context.stderr.write(`${label}${safePath(path === '' ? '.' : path)}: ${safeText(message)}\n`);
    }
    if (count > MAX_LISTED) context.stderr.write(`${label}… and ${formatNumber(count - MAX_LISTED)} more\n`);
  }
  if (result.problems.length === 0) return;
  context.stderr.write(`${problemCount} paths could not be read; they keep their last record\n`);
  for (const remedy of new Set(result.problems.flatMap((problem) => problem.remedy ?? []))) context.stderr.write(`  ${safeText(remedy)}\n`);
  context.exitStatus = worseStatus(context.exitStatus, statusOfDone({ isPartial: true }));
}

/** Prints what a run of a facet recorded. */
export function printFacetResult(context: CliContext, name: string, result: FacetResult): void {
  if (result.commit === null) {
    context.stdout.write(result.immutable === true ? 'immutable\n' : 'no changes\n');
  } else {
    const { added, modified, deleted } = result;
    const changes = added + modified + deleted === 0 ? '' : `: ${added} added, ${modified} modified, ${deleted} deleted`;
    context.stdout.write(`${name} ${oidToHex(result.commit).slice(0, 10)}${changes}\n`);
  }
  reportProblems(context, result);
}
