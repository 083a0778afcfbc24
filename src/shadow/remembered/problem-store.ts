import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { textOfBytes } from '../../util/byte-string.js';
import { errnoOf, FsoError, messageOf } from '../../util/errors.js';
import { systemFailure } from '../../util/system-errors/system-error.js';
import { ForeignFileError } from '../../storage/stored-file.js';
import { StateDirectory, stateFileOf } from './state-directory.js';

/** What of a directory has a problem: `root`, `repo`, the name of a facet, or `hook …`. */
export type ProblemPart = string;

/** Something that failed and has not succeeded since. */
export interface StoredProblem {
  /** The realdir, or the root. */
  readonly path: ByteString;
  readonly part: ProblemPart;
  readonly message: string;
  readonly remedy: string | null;
  /** First and last time. */
  readonly since: Date;
  readonly last: Date;
  /** How often it failed. */
  readonly count: number;
  /** Scheduled runs wait until then; null if they need not. */
  readonly retryAt: Date | null;
}

/** How long scheduled runs wait after the first failure, in milliseconds; it doubles with each further one. */
const FIRST_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 86_400_000;

interface FileContent {
  /** Base64, since names are bytes. */
  readonly pathBytes: string;
  readonly path: string;
  readonly problems: readonly {
    readonly part: string;
    readonly message: string;
    readonly remedy: string | null;
    readonly since: string;
    readonly last: string;
    readonly count: number;
    readonly retryAt: string | null;
  }[];
}

function toText(path: ByteString, problems: Iterable<StoredProblem>): string {
  const content: FileContent = {
    path: textOfBytes(path),
    pathBytes: Buffer.from(path, 'latin1').toString('base64'),
    problems: [...problems].map(({ part, message, remedy, since, last, count, retryAt }) => ({
      part, message, remedy, since: since.toISOString(), last: last.toISOString(), count, retryAt: retryAt?.toISOString() ?? null,
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** @throws RangeError if the text is no time */
function timeOf(text: string): Date {
  return new Date(new Date(text).toISOString());
}

function fromText(text: string): Map<ProblemPart, StoredProblem> {
  const problems = new Map<ProblemPart, StoredProblem>();
  // Most directories have none; an error costs much more than to look.
  if (text === '') return problems;
  try {
    const content = JSON.parse(text) as FileContent;
    const path = Buffer.from(content.pathBytes, 'base64').toString('latin1');
    for (const { part, message, remedy, since, last, count, retryAt } of content.problems) {
      const retry = retryAt === null ? null : timeOf(retryAt);
      const texts = [part, message, remedy ?? ''];
      if (!texts.every((each) => typeof each === 'string') || !Number.isSafeInteger(count)) throw new TypeError('not a problem');
      problems.set(part, { path, part, message, remedy, since: timeOf(since), last: timeOf(last), count, retryAt: retry });
    }
  } catch {
    // A file that is no good counts as none: what still fails will be stored again.
    problems.clear();
  }
  return problems;
}

/**
 * Remembers what failed, one file a directory below the shadow root, until it succeeds. What
 * cannot be stored, because the disk is full, say, is kept in memory.
 */
export class ProblemStore {
  private readonly directory: StateDirectory;
  private failure: unknown = null;
  private readonly unsaved = new Map<ByteString, Map<ProblemPart, StoredProblem>>();

  /** @param shadowRoot absolute path of the shadow root */
  constructor(shadowRoot: ByteString) {
    this.directory = new StateDirectory(shadowRoot, 'problems');
  }

  /** The problems of a directory, by part. */
  of(path: ByteString): ReadonlyMap<ProblemPart, StoredProblem> {
    return this.unsaved.get(path) ?? this.read(stateFileOf(path));
  }

  /**
   * All problems, by path.
   * @throws FsoError if they may not be read
   */
  list(): readonly StoredProblem[] {
    const byPath = new Map<ByteString, ReadonlyMap<ProblemPart, StoredProblem>>(this.unsaved);
    for (const name of this.names().filter((each) => each.endsWith('.json'))) {
      const problems = this.read(name);
      const path = problems.values().next().value?.path;
      if (path !== undefined && !byPath.has(path)) byPath.set(path, problems);
    }
    const all = [...byPath.values()].flatMap((problems) => [...problems.values()]);
    return all.sort((a, b) => (a.path < b.path || (a.path === b.path && a.part < b.part) ? -1 : 1));
  }

  /**
   * Stores that a part of a directory has failed.
   * @param longestDelayMs how long scheduled runs wait at most before they try again; 0: they need not wait
   */
  add(path: ByteString, part: ProblemPart, error: unknown, now: Date, longestDelayMs = LONGEST_DELAY_MS): StoredProblem {
    const problems = new Map(this.of(path));
    const before = problems.get(part);
    const count = (before?.count ?? 0) + 1;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(count - 1, 32), longestDelayMs);
    const problem: StoredProblem = {
      path,
      part,
      message: messageOf(error),
      remedy: (error instanceof FsoError ? error.remedy : undefined) ?? null,
      since: before?.since ?? now,
      last: now,
      count,
      retryAt: delay === 0 ? null : new Date(now.getTime() + delay),
    };
    this.save(path, problems.set(part, problem));
    return problem;
  }

  /** Forgets a problem, because the part has succeeded; without `part`, all of the directory. */
  clear(path: ByteString, part?: ProblemPart): boolean {
    const problems = new Map(this.of(path));
    const had = part === undefined ? problems.size > 0 : problems.delete(part);
    if (!had) return false;
    if (part === undefined) problems.clear();
    this.save(path, problems);
    return true;
  }

  /** @throws FsoError if something could not be stored */
  requireSaved(): void {
    if (this.failure !== null) throw writeFailure(this.directory.path, this.failure);
  }

  private save(path: ByteString, problems: Map<ProblemPart, StoredProblem>): void {
    this.unsaved.set(path, problems);
    try {
      if (problems.size === 0) this.directory.remove(stateFileOf(path));
      else this.directory.write(stateFileOf(path), toText(path, problems.values()));
      this.unsaved.delete(path);
      this.failure = null;
    } catch (error) {
      // It stays in memory: that a problem cannot be stored must not become the next one.
      this.failure = error;
    }
  }

  private names(): readonly string[] {
    try {
      return this.directory.names();
    } catch (error) {
      // What is there instead holds no problems; \`doctor\` tells of it, and whoever cannot store one.
      if (error instanceof ForeignFileError) return [];
      throw systemFailure(error) ?? error;
    }
  }

  private read(file: ByteString): Map<ProblemPart, StoredProblem> {
    if (!this.directory.mayHave(file)) return new Map();
    try {
      return fromText(this.directory.read(file));
    } catch (error) {
      // That problems cannot be read must not become the next one; mostly, there is no such file.
      if (errnoOf(error) === undefined && !(error instanceof ForeignFileError)) throw error;
      return new Map();
    }
  }
}
