/**
 * git-fso as a library: all that the command line does, with options as typed objects, results as values, progress through callbacks
 * and cancellation by AbortSignal; docs/library.md shows it. Nothing here prints, reads the environment or ends the process.
 */
export { compareTimes, coveringRepos, readLog } from './library/answers.js';
export type { AnswerOptions, CoveringRepo, LogEntry, PathChange, PathStat, Time } from './library/answers.js';
export { loadConfig, withRoots } from './library/config.js';
export type { Config, ConfiguredRoot } from './library/config.js';
export type { Path, RunOptions, SignalOption } from './library/inputs.js';
export { checkRepo, collectGarbage, handBack, moveRepo, setMetadata } from './library/maintain.js';
export type {
  CheckOptions,
  CheckResult,
  GcOptions,
  HandbackOptions,
  HandbackResult,
  MetadataChange,
  MetadataOptions,
  MoveOptions,
} from './library/maintain.js';
export { getMetadata, listMetadata, listRecords, readHead, readStub, showRecords, summarize } from './library/read.js';
export type { Heads, ListRecordsOptions, PathMetadata, RepoHead, ShownPath, StatRow } from './library/read.js';
export { recordArchive, recordContent, recordSha, recordSot, recordStat, recordTos, status } from './library/record.js';
export type { FacetResult, Reading, RecordOptions, ShaOptions, StatOptions, StatusEntry } from './library/record.js';
export { createBelowRoot, createHere, openRepo } from './library/repo.js';
export type { CreateBelowOptions, CreateOptions, OpenOptions, Repo } from './library/repo.js';
export { clearErrors, diagnose, discover, listDue, listProblems, listRepos, rescan, rescanDue, startDaemon } from './library/site.js';
export type {
  Daemon,
  DaemonEvent,
  DaemonOptions,
  DueEntry,
  DueRoot,
  FoundDirectory,
  ListedRepo,
  ListedRoot,
  ManyOptions,
  RepoReport,
  RescanEvent,
  RescanOptions,
  StoredProblem,
} from './library/site.js';
export { applyStub, editStub, previewStub, reinit } from './library/stub.js';
export type { AppliedStub, EditedStub, ReinitResult, StubEdit, StubPreview, StubTexts } from './library/stub.js';
export { acceptFindings, listFindings, recordVerify, verifyStatus } from './library/verify.js';
export type { RepoFinding, VerifyOptions, VerifyResult } from './library/verify.js';
export type { VerifyStatus } from './facets/verify/verify-status.js';
export { ConfigError } from './config/yaml/problems.js';
export type { ConfigProblem } from './config/yaml/problems.js';
export type { ChangeLetter } from './facets/observe/events.js';
export type { StatSummary } from './history/summary.js';
export type { JsonValue, Metadata } from './record/metadata-json.js';
export type { Finding } from './rescan/doctor/finding.js';
export type { RescanSummary } from './rescan/events.js';
export { PlaceError } from './rescan/guard/root-places.js';
export type { Facet, HeadFacet, RescanFacet } from './shadow/facets.js';
export type { GcResult } from './shadow/gc/collect-garbage.js';
export type { SubdirTracking } from './shadow/stub/subdir-tracking.js';
export { FsoError, LockedError, UsageError } from './util/errors.js';
