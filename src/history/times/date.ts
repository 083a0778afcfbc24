import { parseGitTime } from '../../git/process/git-time.js';
import type { ByteString } from '../../util/byte-string.js';
import { UsageError } from '../../util/errors.js';

/**
 * A time that somebody has typed, as Git reads dates: `2026-10-01`, `2026-10-01T12:00Z`, `yesterday`, `2 weeks ago`.
 * @param gitDir of any shadow repo, for Git wants one
 * @returns seconds since 1970
 * @throws UsageError if it is none
 */
export async function secondsOf(gitDir: ByteString, text: string): Promise<number> {
  const seconds = await parseGitTime(gitDir, text);
  if (seconds !== null) return seconds;
  throw new UsageError(`${JSON.stringify(text)} is not a date`, {
    remedy: 'write 2026-10-01, 2026-10-01T12:00Z, yesterday, or "2 weeks ago"; all that Git takes as a date will do',
  });
}
