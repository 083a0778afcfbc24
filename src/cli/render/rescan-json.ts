import { oidToHex } from '../../git/object-id.js';
import type { RepoReport, RescanEvent, RescanSummary, Standing } from '../../rescan/events.js';
import type { ByteString } from '../../util/byte-string.js';
import { jsonError, jsonPath } from './json-values.js';

/** Version of the event lines; it grows when a field changes its meaning or goes away. */
export const EVENT_VERSION = 1;

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
    problems: result.problems.map(({ path, message }) => ({ ...jsonPath('path', path), message })),
    warnings: result.warnings.map(({ path, message }) => ({ ...jsonPath('path', path), message })),
  }));
  return {
    type: 'repo',
    ...jsonPath('root', root),
    ...jsonPath('realdir', report.realdir),
    ...(report.shadow === null ? {} : jsonPath('shadow', report.shadow)),
    created: report.created,
    missing: report.missing,
    refused: report.refused,
    error: report.error === null ? null : jsonError(report.error),
    hookErrors: report.hookErrors.map(jsonError),
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
    case 'unscheduled':
      return { type: 'unscheduled', ...jsonPath('root', event.root) };
    case 'metrics-error':
      return { type: 'metrics-error', error: jsonError(event.error) };
    case 'repo':
      return jsonRepo(event);
    default:
      return null;
  }
}

/** The last event of a rescan. */
export function jsonSummary(summary: RescanSummary, standing: Standing | null): Record<string, unknown> {
  const problems = standing === null ? null : { count: standing.count, since: standing.since.toISOString() };
  return { type: 'summary', ...summary, standing: problems };
}
