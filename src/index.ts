/**
 * git-fso as a library: what the command line uses, with options as typed objects, results as
 * values, progress through callbacks and cancellation by AbortSignal. Nothing here prints or ends
 * the process.
 */
export { applyStub } from './facets/apply-stub.js';
export type { AppliedStub } from './facets/apply-stub.js';
export type { FacetListener, FacetResult, Problem } from './facets/facet-result.js';
export { recordSha } from './facets/sha.js';
export type { ShaOptions } from './facets/sha.js';
export { recordStat } from './facets/stat.js';
export type { StatOptions } from './facets/stat.js';
export { statusOfStat } from './facets/status.js';
export type { StatusEntry } from './facets/status.js';
export type { RepoReport, RescanEvent, RescanSummary } from './rescan/events.js';
export { rescan } from './rescan/rescan.js';
export type { RescanOptions } from './rescan/rescan.js';
export type { Root, Site } from './rescan/types.js';
export { createBelowRoot } from './shadow/create.js';
export type { CreateOptions } from './shadow/create.js';
export { createHere } from './shadow/create-here.js';
export type { RunOptions } from './shadow/run-options.js';
export { ShadowRepo } from './shadow/shadow-repo.js';
export { bytesOfText, textOfBytes } from './util/byte-string.js';
export type { ByteString } from './util/byte-string.js';
export { ExitStatus, FsoError, LockedError, UsageError } from './util/errors.js';
