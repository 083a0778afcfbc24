import { textOfBytes } from '../../util/byte-string.js';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { oneLine } from '../../util/text/one-line.js';
import type { GitResult } from './run-git.js';

/**
 * The error for a command of Git that has failed in a repository. Git says nothing where the system has ended it, as it does
 * where trees are so deep that they do not fit on the stack.
 * @param after what is to be known about the failure
 */
export function gitFailure(
  place: ByteString,
  command: string,
  { status, stderr }: Pick<GitResult, 'status' | 'stderr'>,
  after = '',
  remedy = 'run `git-fso check`',
): FsoError {
  const said = oneLine(stderr) || (status > 128 ? `it was ended by signal ${status - 128}` : `exit status ${status}`);
  return new FsoError(`${textOfBytes(place)}: git ${command} failed${after}: ${said}`, { remedy });
}
