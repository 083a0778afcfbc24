import { buildTree } from '../../harness/index.js';
import type { TreeSpec } from '../../harness/index.js';

/** Makes `dir` a repository as far as Git needs one, with `files` in or instead of what is in `.git`. */
export function minimalRepo(dir: string, files: TreeSpec): void {
  const usual: TreeSpec = { objects: null, ...('refs' in files ? {} : { 'refs/heads': null }), HEAD: 'ref: refs/heads/main\n' };
  const inGit = Object.entries({ ...usual, ...files }).map(([name, entry]) => [`.git/${name}`, entry]);
  buildTree(dir, { ...(Object.fromEntries(inGit) as TreeSpec), file: '' });
}
