import type { RepoReport, RescanEvent, RescanSummary, Standing } from '../../rescan/events.js';
import { FsoError } from '../../util/errors.js';
import { localIsoTime } from '../../util/time.js';
import { formatBytes, formatCount, formatSeconds } from './quantities.js';
import { safePath, safeText } from './safe-text.js';

/** A line of output, and whether it is about something that went wrong. */
export interface Line {
  readonly text: string;
  readonly isError: boolean;
}

const line = (text: string): Line => ({ text, isError: false });
const errorLine = (text: string): Line => ({ text, isError: true });

/** What went wrong, with the way out. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return safeText(String(error));
  const remedy = error instanceof FsoError && error.remedy !== undefined ? ` (${error.remedy})` : '';
  return safeText(`${error.message}${remedy}`);
}

function changesOf(report: RepoReport): string {
  const parts: string[] = [];
  for (const [facet, { commit, added, modified, deleted }] of report.facets) {
    if (commit !== null) parts.push(`${facet} +${added} ~${modified} -${deleted}`);
  }
  return parts.join(', ');
}

function linesOfRepo(report: RepoReport, dryRun: boolean): Line[] {
  const path = safePath(report.realdir);
  const lines: Line[] = [];
  if (report.created !== null) lines.push(line(`${dryRun ? 'would create' : 'created'} ${path} (${report.created})`));
  if (report.refused !== null) lines.push(errorLine(`refused ${path}: ${safeText(report.refused)}`));
  if (report.missing) lines.push(line(`missing ${path}`));
  const changes = changesOf(report);
  if (changes !== '') lines.push(line(`changed ${path}: ${changes}`));
  for (const [facet, { problems, warnings }] of report.facets) {
    for (const { path: place, message } of problems) {
      lines.push(errorLine(`unreadable ${path}: ${facet}: ${safePath(place)}: ${safeText(message)}`));
    }
    for (const { path: place, message } of warnings) {
      lines.push(errorLine(`warning ${path}: ${facet}: ${safePath(place)}: ${safeText(message)}`));
    }
  }
  if (report.error !== null) lines.push(errorLine(`failed ${path}: ${describeError(report.error)}`));
  for (const error of report.hookErrors) lines.push(errorLine(`failed ${path}: ${describeError(error)}`));
  if (report.gc !== null) {
    lines.push(line(`compressed ${path}: ${formatBytes(report.gc.before.bytes)} -> ${formatBytes(report.gc.after.bytes)}`));
  }
  return lines;
}

/** The lines that stay on the screen, or in a log, for an event of a rescan. */
export function linesOfEvent(event: RescanEvent, dryRun: boolean): readonly Line[] {
  switch (event.type) {
    case 'root':
      return [line(`root ${safePath(event.root)}: ${formatCount(event.repos, 'repo')}`)];
    case 'unscheduled':
      return [line(`root ${safePath(event.root)}: has no schedule, so nothing is ever due`)];
    case 'metrics-error':
      return [errorLine(`failed metrics: ${describeError(event.error)}`)];
    case 'root-error':
      return [errorLine(`failed root ${describeError(event.error)}`)];
    case 'unreadable':
      return [errorLine(`unreadable ${safePath(event.root)}: ${safePath(event.path)}: ${describeError(event.error)}`)];
    case 'repo':
      return linesOfRepo(event.report, dryRun);
    default:
      return [];
  }
}

/** Says that there are problems that no run has solved yet. */
export function standingLine({ count, since }: Standing): string {
  const have = count === 1 ? 'has' : 'have';
  return `${formatCount(count, 'repo')} ${have} had problems since ${localIsoTime(since)}; see git-fso list --problems`;
}

/** The last line of a rescan. */
export function summaryLine(summary: RescanSummary, dryRun: boolean): string {
  const { repos, created, changed, missing, refused, failed, locked, problems, visited, bytes, seconds } = summary;
  const parts = [formatCount(repos, 'repo'), `${created} ${dryRun ? 'to create' : 'created'}`, `${changed} changed`];
  if (missing > 0) parts.push(`${missing} missing`);
  if (refused > 0) parts.push(`${refused} refused`);
  if (problems > 0) parts.push(`${formatCount(problems, 'path')} unreadable`);
  if (locked > 0) parts.push(`${locked} locked`);
  if (failed > 0) parts.push(`${failed} failed`);
  const read = bytes > 0 ? `, ${formatBytes(bytes)} read` : '';
  return `${parts.join(', ')}; ${visited} entries seen${read} in ${formatSeconds(seconds)}`;
}
