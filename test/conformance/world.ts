import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteString } from '../../src/util/byte-string.js';
import { fsPath, joinPath, textOfBytes } from '../../src/util/byte-string.js';
import type { ProcessOptions, ProcessResult } from '../harness/index.js';
import { cleanEnvironment, removeTree, runProcess, tempDir } from '../harness/index.js';

const FIRST_COMMIT_SECONDS = 1_400_000_060;
const COMMIT_INTERVAL_SECONDS = 60;
const CLOCK_TOLERANCE_SECONDS = 2;

/**
 * The temporary directory of one scenario: the shadow directories, two private directories with a
 * leading dot, and everything else, which plays the part of other people's files.
 */
export class World {
  readonly top = tempDir('git-fso-conformance-');
  readonly env: NodeJS.ProcessEnv;
  readonly immutable = new Set<string>();
  readonly touchedStubFiles = new Set<string>();
  readonly #startSeconds = Math.floor(Date.now() / 1000) - CLOCK_TOLERANCE_SECONDS;
  readonly #shadows = new Set<string>();
  #shadow = '';
  #nextCommitSeconds = FIRST_COMMIT_SECONDS;

  constructor() {
    this.env = cleanEnvironment({
      HOME: this.#privateDir('.home'),
      TMPDIR: this.#privateDir('.tmp'),
      GIT_CEILING_DIRECTORIES: path.dirname(this.top),
    });
    this.useShadow('shadow');
  }

  get shadow(): string {
    return path.join(this.top, this.#shadow);
  }

  useShadow(name: string): void {
    this.#shadow = name;
    this.#shadows.add(name);
    fs.mkdirSync(this.shadow, { recursive: true });
  }

  /** The absolute path of a scenario's path; refuses to leave the temporary directory. */
  resolve(relative: ByteString): ByteString {
    if (relative.startsWith('/') || relative.split('/').includes('..')) throw new Error(`not a relative path: ${relative}`);
    return joinPath(this.top, relative);
  }

  /** Replaces `$T` by the temporary directory. */
  expand(text: ByteString): ByteString {
    return text.replaceAll('$T', this.top);
  }

  /** The environment with the date of the next commit that the scenario makes in somebody's repository. */
  datedEnv(): NodeJS.ProcessEnv {
    const date = `${this.#nextCommitSeconds} +0000`;
    this.#nextCommitSeconds += COMMIT_INTERVAL_SECONDS;
    return { ...this.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  }

  /** Runs a program of the scenario itself, which must succeed. */
  async run(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
    const result = await runProcess(command, args, { cwd: this.top, env: this.env, ...options });
    if (result.status !== 0) {
      throw new Error(`${command} ${args.join(' ')} exited with ${result.status}\n${result.stdout}${result.stderr}`);
    }
    return result;
  }

  /** Every path outside the shadow repos with its status, parents first. */
  *observedPaths(): Generator<[ByteString, fs.BigIntStats]> {
    for (const name of fs.readdirSync(this.top, 'latin1')) {
      if (!name.startsWith('.') && !this.#shadows.has(name)) yield* pathsBelow(joinPath(this.top, name));
    }
  }

  /** True if the mtime is the current time, that is, if the scenario has touched the path since it started. */
  isFresh(status: fs.BigIntStats): boolean {
    const seconds = Number(status.mtimeNs / 1_000_000_000n);
    return seconds >= this.#startSeconds && seconds <= Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS;
  }

  /** All that git-fso could change: path → type, mode, owner, sizes, times and inode. Access times do change. */
  fingerprint(): Map<ByteString, string> {
    const seen = new Map<ByteString, string>();
    for (const [name, s] of this.observedPaths()) {
      seen.set(name, [s.mode, s.uid, s.gid, s.nlink, s.size, s.mtimeNs, s.ctimeNs, s.ino].join(' '));
    }
    return seen;
  }

  relativeText(absolute: ByteString): string {
    return textOfBytes(absolute.slice(this.top.length + 1));
  }

  async remove(): Promise<void> {
    for (const target of this.immutable) await runProcess('chattr', ['-i', '--', target]);
    try {
      removeTree(this.top);
    } catch {
      // A background process of Git may still be writing.
      await sleep(200);
      removeTree(this.top);
    }
  }

  #privateDir(name: string): string {
    const dir = path.join(this.top, name);
    fs.mkdirSync(dir);
    return dir;
  }
}

function* pathsBelow(target: ByteString): Generator<[ByteString, fs.BigIntStats]> {
  const status = fs.lstatSync(fsPath(target), { bigint: true });
  yield [target, status];
  if (!status.isDirectory()) return;
  for (const name of fs.readdirSync(fsPath(target), 'latin1')) yield* pathsBelow(joinPath(target, name));
}
