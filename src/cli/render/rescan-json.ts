import { oidToHex } from '../../git/object-id.js';
import type { RepoReport, RescanEvent, RescanSummary } from '../../rescan/events.js';
import { jsonError, jsonPath } from './json-values.js';

/** Version of the event lines; it grows when a field changes its meaning or goes away. */
export const EVENT_VERSION = 1;

function jsonRepo(report: RepoReport): Record<string, unknown> {
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
    ...jsonPath('realdir', report.realdir),
    ...(report.shadow === null ? {} : jsonPath('shadow', report.shadow)),
    created: report.created,
    missing: report.missing,
    refused: report.refused,
    error: report.error === null ? null : jsonError(report.error),
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
    case 'repo':
      return jsonRepo(event.report);
    default:
      return null;
  }
}

/** The last event of a rescan. */
export function jsonSummary(summary: RescanSummary): Record<string, unknown> {
  return { type: 'summary', ...summary };
}
