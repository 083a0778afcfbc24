import { ExitStatus, LockedError } from '../util/errors.js';
import type { RepoReport, RescanEvent, RescanSummary } from './events.js';

type Counts = { -readonly [Key in keyof RescanSummary]: number };

/** Adds up the events of a rescan. */
export class RescanTally {
  private readonly counts: Counts = {
    repos: 0, created: 0, changed: 0, missing: 0, refused: 0, failed: 0, locked: 0, problems: 0,
    visited: 0, bytes: 0, added: 0, modified: 0, deleted: 0, seconds: 0,
  };
  private readonly started = performance.now();

  /** Counts one event. */
  add(event: RescanEvent): void {
    if (event.type === 'root-error' || event.type === 'metrics-error') this.addError(event.error);
    else if (event.type === 'unreadable') this.counts.problems += 1;
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
    const results = [...facets.values()];
    if (results.some((result) => result.commit !== null)) counts.changed += 1;
    for (const result of results) {
      counts.problems += result.problems.length;
      for (const key of ['visited', 'bytes', 'added', 'modified', 'deleted'] as const) counts[key] += result[key];
    }
  }
}

/** The exit status that tells best what happened. */
export function exitStatusOf(summary: RescanSummary): ExitStatus {
  if (summary.failed > 0) return ExitStatus.failed;
  if (summary.locked > 0) return ExitStatus.locked;
  return summary.problems > 0 ? ExitStatus.partial : ExitStatus.done;
}
