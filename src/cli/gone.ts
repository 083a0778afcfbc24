import { oidToHex } from '../git/objects/object-id.js';
import type { LastSeen } from '../history/last-seen.js';
import { lastSeen } from '../history/last-seen.js';
import type { ShadowRepo } from '../shadow/shadow-repo.js';
import { yieldRegularly } from '../util/async/yield-regularly.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { formatBytes } from '../util/text/format-bytes.js';
import { shellWord } from '../util/text/shell-word.js';
import { localIsoTime } from '../util/time/time.js';
import type { CliContext } from './context.js';
import { formatCount } from '../util/text/quantities.js';

/** A time in seconds since 1970 for people and for `--at`. */
export const timeText = (seconds: number): string => localIsoTime(new Date(seconds * 1000));

function sizeText({ kind, size, files }: LastSeen): string {
  if (kind === 'link') return 'a symbolic link';
  if (kind === 'file') return `a file of ${formatBytes(size)}`;
  return `a directory with ${formatCount(Number(files), 'file')}, ${formatBytes(size)}`;
}

/** When a path that is gone was last there, and how big. */
export function goneText(typed: string, seen: LastSeen): string {
  return `${typed}: not recorded since ${timeText(seen.goneAt)}; it was last recorded at ${timeText(seen.seconds)}, ${sizeText(seen)}`;
}

/** A path that is gone: what is to be shown, and how it was typed. */
export interface GonePath {
  readonly repo: ShadowRepo;
  readonly path: ByteString;
  readonly typed: string;
  /** When it was asked about, in seconds since 1970; infinite for now. */
  readonly until: number;
}

/**
 * The error for a path that is not recorded at a time, but was before: when it was last there, how big, and the command that
 * shows it. @returns null if it never was
 */
export async function goneError(context: CliContext, { repo, path, typed, until }: GonePath): Promise<FsoError | null> {
  const seen = await lastSeen(repo, path, until, yieldRegularly(context.signal));
  if (seen === null) return null;
  const { commit, seconds, goneAt } = seen;
  const git = context.isDirectoryNamed ? `git-fso -C ${shellWord(context.directory)}` : 'git-fso';
  const word = shellWord(bytesOfText(typed));
  // A time stands for the last of several commits in one second.
  const command = goneAt > seconds ? `${git} show --at ${timeText(seconds)} ${word}` : `${git} ls ${oidToHex(commit)} ${word}`;
  return new FsoError(goneText(typed, seen), { remedy: `${command} shows it` });
}
