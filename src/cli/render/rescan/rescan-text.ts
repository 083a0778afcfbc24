import type { FacetResult, Problem } from '../../../facets/facet-result.js';
import type { RescanFacet } from '../../../shadow/facets.js';
import type { RepoReport, RescanEvent, RescanSummary, Standing } from '../../../rescan/events.js';
import { FsoError, messageOf } from '../../../util/errors.js';
import { reasonOf, remedyOf } from '../../../util/system-errors/system-error.js';
import { localIsoTime } from '../../../util/time/time.js';
import { formatCount, formatNumber, formatSeconds } from '../../../util/text/quantities.js';
import { formatBytes } from '../../../util/text/format-bytes.js';
import { safePath, safeText } from '../../../util/text/safe-text.js';

/** A line of output, and whether it is about something that went wrong. */
export interface Line {
  readonly text: string;
  readonly isError: boolean;
  /** Something is not, or not wholly, recorded, or an alarm: told with `--quiet`, too; an error that is none is a warning. */
  readonly isFailure: boolean;
}

const line = (text: string): Line => ({ text, isError: false, isFailure: false });
const warningLine = (text: string): Line => ({ text, isError: true, isFailure: false });
const errorLine = (text: string): Line => ({ text, isError: true, isFailure: true });

/** What went wrong, with the way out. */
export function describeError(error: unknown): string {
  const remedy = error instanceof FsoError ? error.remedy : remedyOf(error);
  // Of what nobody foresaw, the name of the call and the path may be all that there is to go by.
  return safeText(remedy === undefined ? messageOf(error) : `${reasonOf(error)} (${remedy})`);
}

function changesOf(report: RepoReport): string {
  const parts: string[] = [];
  for (const [facet, { commit, added, modified, deleted }] of report.facets) {
    // What was read is told by the sum of all.
    const isReading = facet === 'verify' && added + modified + deleted === 0;
    if (commit !== null && !isReading) parts.push(`${facet} +${added} ~${modified} -${deleted}`);
  }
  return parts.join(', ');
}

function findingsOf({ facets }: RepoReport): string {
  const { corrupt = 0, rewritten = 0 } = facets.get('verify')?.integrity ?? {};
  return [...(corrupt > 0 ? [`${corrupt} corrupt`] : []), ...(rewritten > 0 ? [`${rewritten} rewritten`] : [])].join(', ');
}

/** What several facets found alike is one line; behind the first ones, how many more there are. */
function linesAbout(
  { facets, told, mostTold }: RepoReport,
  select: (result: FacetResult) => readonly [readonly Problem[], number],
): string[] {
  const found = new Map<string, RescanFacet[]>();
  let unkept = 0;
  for (const [facet, result] of facets) {
    if (told.has(facet)) continue;
    const [kept, count] = select(result);
    unkept = Math.max(unkept, count - kept.length);
    for (const { path, message } of kept) {
      const text = `${safePath(path === '' ? '.' : path)}: ${safeText(message)}`;
      found.set(text, [...(found.get(text) ?? []), facet]);
    }
  }
  const lines = [...found].map(([text, by]) => `${by.join(', ')}: ${text}`);
  const shown = mostTold === 0 ? lines : lines.slice(0, mostTold);
  const more = lines.length - shown.length + unkept;
  return more === 0 ? shown : [...shown, `… and ${formatNumber(more)} more`];
}

/** The ways out, each once. */
function remediesOf({ facets, told }: RepoReport): ReadonlySet<string> {
  return new Set([...facets].flatMap(([facet, { problems }]) => (told.has(facet) ? [] : problems.flatMap(({ remedy }) => remedy ?? []))));
}

function renamedText({ rename }: RepoReport): string {
  return rename === null ? '' : `: it is ${safePath(rename.to)} now; have its shadow repo follow: ${safeText(rename.command)}`;
}

function linesOfRepo(report: RepoReport, dryRun: boolean): Line[] {
  const path = safePath(report.realdir);
  const lines: Line[] = [];
  if (report.created !== null) lines.push(line(`${dryRun ? 'would create' : 'created'} ${path} (${report.created})`));
  if (report.refused !== null) lines.push(warningLine(`refused ${path}: ${safeText(report.refused)}`));
  if (report.missing) lines.push(line(`missing ${path}${renamedText(report)}`));
  const changes = changesOf(report);
  if (changes !== '') lines.push(line(`changed ${path}: ${changes}`));
  const unreadable = linesAbout(report, ({ problems, problemCount }) => [problems, problemCount]);
  for (const text of unreadable) lines.push(errorLine(`unreadable ${path}: ${text}`));
  if (unreadable.length > 0) for (const remedy of remediesOf(report)) lines.push(errorLine(`  ${safeText(remedy)}`));
  for (const text of linesAbout(report, ({ warnings, warningCount }) => [warnings, warningCount]))
    lines.push(warningLine(`warning ${path}: ${text}`));
  const found = findingsOf(report);
  if (found !== '') lines.push(errorLine(`findings ${path}: ${found}; see git-fso verify --findings`));
  if (report.error !== null) lines.push(errorLine(`failed ${path}: ${describeError(report.error)}`));
  for (const { message, remedy } of report.alarms) lines.push(errorLine(`alarm ${path}: ${safeText(`${message} (${remedy})`)}`));
  for (const error of report.hookErrors) lines.push(errorLine(`failed ${path}: ${describeError(error)}`));
  if (report.gc !== null) {
    lines.push(line(`compressed ${path}: ${formatBytes(report.gc.before.bytes)} -> ${formatBytes(report.gc.after.bytes)}`));
  }
  return lines;
}

function closedText(repos: number): string {
  const what = repos === 0 ? 'it was' : `${formatCount(repos, 'shadow repo')} ${repos === 1 ? 'was' : 'were'}`;
  return `${what} more open than shadowMode of the configuration allows`;
}

function postponedText({ repos, most }: { readonly repos: number; readonly most: number }): string {
  const have = repos === 1 ? 'directory has' : 'directories have';
  return `${formatNumber(repos)} ${have} no shadow repo yet, because one run creates ${formatNumber(most)} at most ` +
    `(limits.newRepos); the next one goes on`;
}

/** The lines that stay on the screen, or in a log, for an event of a rescan. */
export function linesOfEvent(event: RescanEvent, dryRun: boolean): readonly Line[] {
  switch (event.type) {
    case 'root':
      return [line(`root ${safePath(event.root)}: ${formatCount(event.repos, 'repo')}`)];
    case 'read-only':
      return [errorLine(`warning: the shadow root ${safePath(event.shadow)} is mounted read-only: what has changed cannot be recorded`)];
    case 'unscheduled':
      return [line(`root ${safePath(event.root)}: has no schedule, so nothing is ever due`)];
    case 'closed':
      return [line(`closed ${safePath(event.directory)}: ${closedText(event.repos)}`)];
    case 'postponed':
      return [warningLine(`warning root ${safePath(event.root)}: ${postponedText(event)}`)];
    case 'index-error':
      return [warningLine(`warning: the index is not up to date: ${describeError(event.error)}`)];
    case 'report-error':
      return [warningLine(`warning: reports are not up to date: ${describeError(event.error)}`)];
    case 'metrics-error':
      return [errorLine(`failed metrics: ${describeError(event.error)}`)];
    case 'root-error':
      return [errorLine(`failed root ${describeError(event.error)}`)];
    case 'strange':
      return [errorLine(`failed ${describeError(event.error)}`)];
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
  const { repos, created, changed, missing, refused, postponed, failed, locked, problems, findings, visited, bytes, seconds } = summary;
  const parts = [formatCount(repos, 'repo'), `${created} ${dryRun ? 'to create' : 'created'}`];
  if (!dryRun) parts.push(`${changed} changed`);
  if (missing > 0) parts.push(`${missing} missing`);
  if (refused > 0) parts.push(`${refused} refused`);
  if (postponed > 0) parts.push(`${postponed} left for the next run`);
  if (problems > 0) parts.push(`${formatCount(problems, 'path')} unreadable`);
  if (findings > 0) parts.push(formatCount(findings, 'finding'));
  if (locked > 0) parts.push(`${locked} locked`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (dryRun) return `${parts.join(', ')}; what has changed was not looked for`;
  const read = bytes > 0 ? `, ${formatBytes(bytes)} read` : '';
  return `${parts.join(', ')}; ${visited} entries seen${read} in ${formatSeconds(seconds)}`;
}
