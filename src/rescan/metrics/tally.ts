import type { FacetResult } from '../../facets/facet-result.js';
import { NotEnteredError } from '../../realdir/reach/fuse-mounts.js';
import { LockedError } from '../../util/errors.js';
import type { RepoReport, RescanEvent, RescanSummary } from '../events.js';

type Counts = { -readonly [Key in keyof RescanSummary]: number };

/** What `verify` has read is no change. */
function isChange({ commit, integrity, added, modified, deleted }: FacetResult): boolean {
  return commit !== null && (integrity === undefined || added + modified + deleted > 0);
}

/** Adds up the events of a rescan. */
export class RescanTally {
  private readonly counts: Counts = {
    repos: 0, created: 0, changed: 0, missing: 0, refused: 0, postponed: 0, failed: 0, locked: 0, problems: 0, findings: 0,
    visited: 0, bytes: 0, added: 0, modified: 0, deleted: 0, seconds: 0,
  };
  /** Bytes of files that `verify` has read. */
  verifiedBytes = 0;
  private readonly started = performance.now();

  /** Counts one event. */
  add(event: RescanEvent): void {
    if (event.type === 'root-error' || event.type === 'metrics-error' || event.type === 'strange') this.addError(event.error);
    else if (event.type === 'unreadable' && !(event.error instanceof NotEnteredError)) this.counts.problems += 1;
    else if (event.type === 'postponed') this.counts.postponed += event.repos;
    else if (event.type === 'repo') this.addRepo(event.report);
  }

  /** What happened so far. */
  summary(): RescanSummary {
    return { ...this.counts, seconds: (performance.now() - this.started) / 1000 };
  }

  private addError(error: Error): void {
    if (error instanceof LockedError) this.counts.locked += 1;
    else this.counts.failed += 1;
  }

  private addRepo({ facets, created, missing, refused, error, hookErrors }: RepoReport): void {
    const { counts } = this;
    counts.repos += 1;
    if (created !== null) counts.created += 1;
    if (missing) counts.missing += 1;
    if (refused !== null) counts.refused += 1;
    if (error !== null) this.addError(error);
    else if (hookErrors.length > 0) counts.failed += 1;
    this.verifiedBytes += facets.get('verify')?.bytes ?? 0;
    const results = [...facets.values()];
    if (results.some(isChange)) counts.changed += 1;
    for (const result of results) {
      counts.problems += result.problemCount;
      counts.findings += result.integrity === undefined ? 0 : result.integrity.corrupt + result.integrity.rewritten;
      for (const key of ['visited', 'bytes', 'added', 'modified', 'deleted'] as const) counts[key] += result[key];
    }
  }
}
