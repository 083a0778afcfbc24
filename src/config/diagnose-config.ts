import { diagnose } from '../rescan/doctor/doctor.js';
import type { Finding } from '../rescan/doctor/finding.js';
import { warning } from '../rescan/doctor/finding.js';
import type { Config } from './types.js';
import { problemText } from './yaml/problems.js';

/**
 * `diagnose`, with the warnings of the configuration first.
 * @param file absolute path of the configuration
 * @param searchPath the variable PATH
 */
export async function* diagnoseConfig(config: Config, file: string, searchPath: string, signal?: AbortSignal): AsyncGenerator<Finding> {
  for (const problem of config.warnings)
    yield warning(config.file, problemText(config.file, problem), 'correct the configuration; see git-fso config check');
  yield* diagnose(config, { file, searchPath }, new Date(), signal);
}
