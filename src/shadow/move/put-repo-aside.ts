import { existsSync, renameSync } from 'node:fs';
import { directoryOf, fsyncDirectory } from '../../storage/durable-file.js';
import { writeFailure } from '../../storage/write-failure.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, joinPath } from '../../util/byte-string.js';
import type { ShadowRepo } from '../shadow-repo.js';
import { StateDirectory } from '../remembered/state-directory.js';

/**
 * Where repos go whose place another one takes, below the shadow root. Their names do not end with `.fso`: nobody takes them for repos in
 * use.
 */
const PUT_ASIDE = 'put-aside';

/**
 * Moves a shadow repo, whole, to where it is not in use any more; returns where that is.
 * @throws FsoError if it cannot be moved; then it has kept its place
 */
export function putRepoAside(shadowRoot: ByteString, { directory }: ShadowRepo): ByteString {
  const state = new StateDirectory(shadowRoot, PUT_ASIDE);
  const parent = state.path;
  const name = directory.slice(directory.lastIndexOf('/') + 1).replace(/\.fso$/, '');
  let target = joinPath(parent, name);
  for (let count = 2; existsSync(fsPath(target)); count += 1) target = joinPath(parent, `${name}-${count}`);
  try {
    state.make();
    renameSync(fsPath(directory), fsPath(target));
    fsyncDirectory(parent);
    fsyncDirectory(directoryOf(directory));
  } catch (error) {
    throw writeFailure(target, error);
  }
  return target;
}
