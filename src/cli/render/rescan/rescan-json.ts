import { oidToHex } from '../../../git/objects/object-id.js';
import type { RepoReport, RescanEvent, RescanSummary, Standing } from '../../../rescan/events.js';
import { jsonAlarm } from '../../../rescan/alarm/alarm.js';
import type { Rename } from '../../../rescan/plan/planned-repo.js';
import type { ByteString } from '../../../util/byte-string.js';
import type { Progress } from '../progress/progress-state.js';
import { jsonError, jsonPath } from '../json-values.js';

/** Version of the event lines; it grows when a field changes its meaning or goes away. */
export const EVENT_VERSION = 1;

/** Which other name a directory has or had, and what to do about it. */
export function jsonRename(rename: Rename | null): Record<string, unknown> | null {
  if (rename === null) return null;
  const { from, to, command, forget } = rename;
  return { ...jsonPath('from', from), ...jsonPath('to', to), command, forget };
}

function firstOf<T>(list: readonly T[], most: number): readonly T[] {
  return most === 0 ? list : list.slice(0, most);
}

function jsonRepo({ root, report }: { readonly root: ByteString; readonly report: RepoReport }): Record<string, unknown> {
  const facets = [...report.facets].map(([facet, result]) => ({
    facet,
    commit: result.commit === null ? null : oidToHex(result.commit),
    added: result.added,
    modified: result.modified,
    deleted: result.deleted,
    visited: result.visited,
    bytes: result.bytes,
    complete: result.complete,
    problems: firstOf(result.problems, report.mostTold).map(({ path, ...what }) => ({ ...jsonPath('path', path), ...what })),
    problemCount: result.problemCount,
    warnings: firstOf(result.warnings, report.mostTold).map(({ path, message }) => ({ ...jsonPath('path', path), message })),
    warningCount: result.warningCount,
    limits: result.limits,
    ...(result.integrity !== undefined && { integrity: result.integrity }),
  }));
  return {
    type: 'repo',
    ...jsonPath('root', root),
    ...jsonPath('realdir', report.realdir),
    ...(report.shadow === null ? {} : jsonPath('shadow', report.shadow)),
    created: report.created,
    missing: report.missing,
    rename: jsonRename(report.rename),
    refused: report.refused,
    error: report.error === null ? null : jsonError(report.error),
    hookErrors: report.hookErrors.map(jsonError),
    alarms: report.alarms.map((alarm) => ({ facet: alarm.facet, ...jsonAlarm(alarm) })),
    gc: report.gc === null ? null : { bytesBefore: report.gc.before.bytes, bytesAfter: report.gc.after.bytes },
    seconds: report.seconds,
    facets,
  };
}

/** An event of a rescan as a JSON object; null for those that are for a display only. */
export function jsonEvent(event: RescanEvent): Record<string, unknown> | null {
  switch (event.type) {
    case 'root':
      return { type: 'root', ...jsonPath('root', event.root), repos: event.repos };
    case 'root-error':
      return { type: 'root-error', ...jsonPath('root', event.root), error: jsonError(event.error) };
    case 'unreadable':
      return { type: 'unreadable', ...jsonPath('root', event.root), ...jsonPath('path', event.path), error: jsonError(event.error) };
    case 'strange':
      return { type: 'strange', ...jsonPath('root', event.root), ...jsonPath('directory', event.directory), error: jsonError(event.error) };
    case 'read-only':
      return { type: 'read-only', ...jsonPath('shadow', event.shadow) };
    case 'unscheduled':
      return { type: 'unscheduled', ...jsonPath('root', event.root) };
    case 'closed':
      return { type: 'closed', ...jsonPath('directory', event.directory), repos: event.repos };
    case 'postponed':
      return { type: 'postponed', ...jsonPath('root', event.root), repos: event.repos, limit: event.most };
    case 'index-error':
    case 'report-error':
      return { type: event.type, error: jsonError(event.error) };
    case 'metrics-error':
      return { type: 'metrics-error', error: jsonError(event.error) };
    case 'repo':
      return jsonRepo(event);
    default:
      return null;
  }
}

/** How far a rescan is. */
export function jsonProgress({ file, ...others }: Progress): Record<string, unknown> {
  const reading = file === null ? null : { ...jsonPath('path', file.path), bytes: file.bytes, size: file.size };
  return { type: 'progress', ...others, file: reading };
}

/** The last event of a rescan. */
export function jsonSummary(summary: RescanSummary, standing: Standing | null): Record<string, unknown> {
  const problems = standing === null ? null : { count: standing.count, since: standing.since.toISOString() };
  return { type: 'summary', ...summary, standing: problems };
}
