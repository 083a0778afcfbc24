import { NO_REPOSITORY, runGit } from '../../git/process/run-git.js';
import { flockVersion } from '../../shadow/lock/flock-version.js';
import { FsoError } from '../../util/errors.js';
import { ENOUGH_OPEN_FILES, openFileLimit } from '../../util/process/open-file-limit.js';
import type { Finding } from './finding.js';
import { error, warning } from './finding.js';

/** Debian 11 has it; older versions lack options that gc uses. */
const OLDEST_GIT = [2, 30] as const;

/** Checks the programs that git-fso calls, and how many files it may open. */
export async function* checkTools(): AsyncGenerator<Finding> {
  const limit = openFileLimit();
  if (limit < ENOUGH_OPEN_FILES) {
    const remedy = `raise the limit to ${ENOUGH_OPEN_FILES} or more (ulimit -n, LimitNOFILE= of a systemd service)`;
    yield warning('open files', `no more than ${limit} may be open at a time, which makes work slow and may make it fail`, remedy);
  }
  yield* await checkGit();
  if (flockVersion() === null) {
    const message = 'is missing: locks are files, which are weaker where several hosts share the shadow root';
    yield warning('flock', message, 'install util-linux');
  }
}

async function checkGit(): Promise<Finding[]> {
  let text: string;
  try {
    text = (await runGit(NO_REPOSITORY, ['--version'])).stdout.toString('utf8').trim();
  } catch (thrown) {
    if (!(thrown instanceof FsoError)) throw thrown;
    return [error('git', thrown.message, thrown.remedy ?? 'install Git')];
  }
  const [major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  const isOld = major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1]);
  return isOld ? [warning('git', `is ${text}, which nobody has tried`, `install Git ${OLDEST_GIT.join('.')} or newer`)] : [];
}
