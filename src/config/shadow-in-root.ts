import { isAtOrBelow } from '../shadow/locate.js';
import { joinPath, textOfBytes } from '../util/byte-string.js';
import type { Mistake } from './problems.js';
import type { Config, RootConfig } from './types.js';

/** Finds roots that would record the shadow root. Paths are compared as they are, without links being followed. */
export function checkShadowInRoots(config: Config): Mistake[] {
  return config.roots.flatMap((root, index) => {
    const message = describeOverlap(config, root);
    return message === null ? [] : [{ path: ['roots', index, 'path'], message }];
  });
}

/** Follows the naming rule from the root to the shadow root. */
function describeOverlap({ location }: Config, root: RootConfig): string | null {
  const shadow = location.root;
  if (!isAtOrBelow(shadow, root.path)) return null;
  const names = shadow.slice(root.path.length).split('/').filter((name) => name !== '');
  const about = `the shadow root ${textOfBytes(shadow)} is below this root`;
  for (let depth = 0; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join('/');
    const decision = root.namingRule.decide(textOfBytes(path || '.'), depth, () => false);
    if (decision.event === 'candidate') {
      const realdir = path === '' ? root.path : joinPath(root.path, path);
      if (depth === names.length) return `${about} and would itself be a repo; ignore it in the patterns or put it elsewhere`;
      const tracking = root.initPolicy?.trackingOf(realdir) ?? 'enter-subdirs';
      if (tracking === 'enter-subdirs' || tracking === 'bundle-subdirs') {
        return `${about}, in the repo ${textOfBytes(realdir)}, which would record it (${tracking}); put it elsewhere or use ignore-subdirs`;
      }
    }
    if (!decision.enter) return null;
  }
  return `${about}, which would look for repos in it; ignore it in the patterns or put it elsewhere`;
}
