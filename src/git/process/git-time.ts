import type { ByteString } from '../../util/byte-string.js';
import { runGit } from './run-git.js';

/** Without a number, Git takes what it does not understand for now; these words mean that. */
const NOW = /\b(now|today)\b/i;
const CLOSE_SECONDS = 5;

/**
 * A time as Git reads it: `2026-10-01`, `2026-10-01T12:00Z`, `yesterday`, `2 weeks ago`; a date without a time of day
 * means the time of day that it is now.
 * @returns seconds since 1970; null if Git does not understand it
 */
export async function parseGitTime(gitDir: ByteString, text: string): Promise<number | null> {
  if (text.trim() === '' || text.includes('\0')) return null;
  const { status, stdout } = await runGit(gitDir, ['rev-parse', `--since=${text}`]);
  const digits = /^--max-age=(\d+)\n$/.exec(stdout.toString('latin1'))?.[1];
  if (status !== 0 || digits === undefined) return null;
  const seconds = Number(digits);
  const isNow = Math.abs(seconds - Date.now() / 1000) < CLOSE_SECONDS;
  return isNow && !/\d/.test(text) && !NOW.test(text) ? null : seconds;
}
