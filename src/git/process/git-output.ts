import { PassThrough } from 'node:stream';
import type { ByteString } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import { handled } from '../../util/async/handled.js';
import type { GitArgument, GitRunOptions } from './run-git.js';
import { runGit } from './run-git.js';

/**
 * What Git prints, piece by piece, for as long as somebody asks for more; then it is ended.
 * @param gitDir absolute path of the `.git` directory
 * @throws FsoError if Git fails, with what it says; else like `runGit`
 */
export async function* gitOutput(
  gitDir: ByteString,
  args: readonly GitArgument[],
  given: Pick<GitRunOptions, 'input' | 'env'> = {},
): AsyncGenerator<Buffer> {
  const output = new PassThrough();
  const ending = new AbortController();
  const options = { ...given, output, signal: ending.signal };
  // Where Git does not even start, nothing else ends the output.
  const result = handled(runGit(gitDir, args, options).finally(() => output.end()));
  try {
    for await (const piece of output) yield piece as Buffer;
    const { status, stderr } = await result;
    if (status !== 0) throw new FsoError(`git ${String(args[0])} failed: ${stderr.trim()}`);
  } finally {
    ending.abort();
    await Promise.allSettled([result]);
  }
}
