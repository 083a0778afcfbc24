import { statSync } from 'node:fs';
import { discoverRepos } from '../discovery/discover.js';
import { findShadowRepo } from '../shadow/locate.js';
import { listShadowRepos } from '../shadow/list-repos.js';
import type { ByteString } from '../util/byte-string.js';
import { fsPath, joinPath } from '../util/byte-string.js';
import { unlessErrno } from '../util/errors.js';
import type { Root, Site } from './types.js';

/** A directory that has a shadow repo, or shall get one. */
export interface PlannedRepo {
  readonly realdir: ByteString;
  /** Null if it has no shadow repo yet. */
  readonly shadow: ByteString | null;
  /** The realdir does not exist any more. */
  readonly missing: boolean;
}

/** What discovery found below a root. */
export interface RootPlan {
  readonly repos: readonly PlannedRepo[];
  /** Directories, relative to the root, that are no repos and have none. */
  readonly ignored: readonly ByteString[];
  /** Directories that could not be read, so that the plan may be incomplete. */
  readonly unreadable: readonly { readonly path: ByteString; readonly error: unknown }[];
}

function isDirectory(path: ByteString): boolean {
  return unlessErrno(['ENOENT', 'ENOTDIR'], false, () => statSync(fsPath(path)).isDirectory());
}

/**
 * Finds the repos of a root: those that exist, whether its naming rule still selects them or not,
 * and the candidates. Sorted by path. Nothing is written.
 */
export async function planRoot(site: Site, root: Root, signal?: AbortSignal): Promise<RootPlan> {
  const { location } = site;
  const repos = new Map<ByteString, PlannedRepo>();
  for (const { directory, mirrored } of listShadowRepos(location, root.path)) {
    repos.set(mirrored, { realdir: mirrored, shadow: directory, missing: !isDirectory(mirrored) });
  }
  const absolute = (path: ByteString): ByteString => (path === '.' ? root.path : joinPath(root.path, path));
  const ignored: ByteString[] = [];
  const unreadable: { path: ByteString; error: unknown }[] = [];
  const discovery = discoverRepos({
    root: root.path,
    rule: root.namingRule,
    isKnown: (path) => findShadowRepo(location, absolute(path)) !== null,
    onProblem: (path, error) => unreadable.push({ path, error }),
    ...(signal && { signal }),
  });
  for await (const { event, path } of discovery) {
    const realdir = absolute(path);
    if (event === 'ignore') ignored.push(path);
    else if (event === 'candidate') repos.set(realdir, { realdir, shadow: null, missing: false });
  }
  const sorted = [...repos.values()].sort((a, b) => (a.realdir < b.realdir ? -1 : 1));
  return { repos: sorted, ignored, unreadable };
}
