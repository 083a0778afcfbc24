import { followRealdir } from '../../facets/follow/follow-realdir.js';
import type { MoveOptions, MoveResult } from '../../shadow/move/move-repo.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow } from '../../util/byte-string.js';
import type { Site } from '../site.js';

/**
 * `followRealdir`, in the place and with the mode that are configured, where the repo is below the configured shadow root and
 * is to get another place.
 * @param site null where nothing is configured
 */
export function followConfigured(repo: ShadowRepo, realdir: ByteString, site: Site | null, options: MoveOptions): Promise<MoveResult> {
  if (site === null || options.inPlace === true || !isAtOrBelow(repo.directory, site.location.root))
    return followRealdir(repo, realdir, options);
  return followRealdir(repo, realdir, { shadowMode: site.shadowMode, trimHostRoot: site.location.trimHostRoot, ...options });
}
