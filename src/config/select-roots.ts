import type { ByteString } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';
import type { Config } from './types.js';

/**
 * A configuration with some of its roots only. It writes no metrics, which would take the place of those of all.
 * @param wanted names or paths of roots
 * @param pathOf the absolute path that one of these stands for
 * @param what what to call them in messages, such as `--root`
 * @throws UsageError if there is no such root
 */
export function selectRoots(config: Config, wanted: readonly string[], pathOf: (word: string) => ByteString, what: string): Config {
  const roots = wanted.map((word) => {
    const path = pathOf(word);
    const root = config.roots.find((candidate) => candidate.path === path || candidate.name === word);
    if (root !== undefined) return root;
    const known = config.roots.map(({ name }) => name).join(', ');
    throw new UsageError(`${what} ${word}: no such root in ${config.file}; there are ${known}`);
  });
  return { ...config, roots, metricsFile: null };
}
