import { discoverRepos } from '../../discovery/discover.js';
import type { StrangeRepo } from '../../shadow/layout/choose-repo.js';
import { chooseRepo } from '../../shadow/layout/choose-repo.js';
import type { UnreadableMirror } from '../../shadow/layout/list-repos.js';
import { boundsOf, existsRealdir } from '../../realdir/reach/reach.js';
import { listShadowRepos } from '../../shadow/layout/list-repos.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { YieldTurn } from '../../util/async/yield-regularly.js';
import { yieldRegularly } from '../../util/async/yield-regularly.js';
import type { ByteString } from '../../util/byte-string.js';
import { joinPath } from '../../util/byte-string.js';
import { findRenames } from './renames.js';
import { gateOf } from '../guard/site-gate.js';
import type { Root, Site } from '../site.js';
import type { PlannedRepo } from './planned-repo.js';

/** What discovery found below a root. */
export interface RootPlan {
  readonly repos: readonly PlannedRepo[];
  /** Directories, relative to the root, that are no repos and have none. */
  readonly ignored: readonly ByteString[];
  /** Directories that could not be read, so that the plan may be incomplete. */
  readonly unreadable: readonly { readonly path: ByteString; readonly error: unknown }[];
  /** Directories of the shadow tree that could not be read, or are no shadow repos although their names say so. */
  readonly strange: readonly StrangeRepo[];
}

/** The shadow repos that exist at and below a root. */
class KnownRepos {
  readonly repos = new Map<ByteString, Omit<PlannedRepo, 'missing'>>();
  readonly strange: StrangeRepo[] = [];
  private readonly unreadable: UnreadableMirror[] = [];

  private constructor() {}

  static async read(site: Site, root: Root, signal: AbortSignal | undefined): Promise<KnownRepos> {
    const known = new KnownRepos();
    await known.look(site, root.path, yieldRegularly(signal));
    return known;
  }

  private async look(site: Site, root: ByteString, yieldTurn: YieldTurn): Promise<void> {
    const onUnreadable = (mirror: UnreadableMirror): void => {
      this.unreadable.push(mirror);
      this.strange.push(mirror);
    };
    const places = new Map<ByteString, [ByteString, ...ByteString[]]>();
    for (const { directory, mirrored } of listShadowRepos(site.location, root, onUnreadable)) {
      const others = places.get(mirrored);
      if (others === undefined) places.set(mirrored, [directory]);
      else others.push(directory);
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
    }
    for (const [mirrored, directories] of places) {
      const { directory, error, strange } = chooseRepo(mirrored, directories, gateOf(site).forReading);
      this.repos.set(mirrored, { realdir: mirrored, shadow: directory, error });
      this.strange.push(...strange);
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
    }
  }

  /** Why it cannot be known whether a realdir has a shadow repo; null if it can. */
  obstacle(realdir: ByteString): Error | null {
    return this.unreadable.find(({ mirrored }) => isAtOrBelow(realdir, mirrored))?.error ?? null;
  }
}

/**
 * Finds the repos of a root: those that exist, whether its naming rule still selects them or not,
 * and the candidates. Sorted by path. Nothing is written.
 * @param onFiles is told, of each directory that is entered, an absolute path, the names of files and symbolic links in it
 */
export async function planRoot(
  site: Site,
  root: Root,
  signal?: AbortSignal,
  onFiles?: (directory: ByteString, names: readonly ByteString[]) => void,
): Promise<RootPlan> {
  const known = await KnownRepos.read(site, root, signal);
  const repos = new Map<ByteString, PlannedRepo>();
  const absolute = (path: ByteString): ByteString => (path === '.' ? root.path : joinPath(root.path, path));
  const ignored: ByteString[] = [];
  const unreadable: { path: ByteString; error: unknown }[] = [];
  const discovery = discoverRepos({
    root: root.path,
    rule: root.namingRule,
    entersFuse: root.entersFuse,
    isKnown: (path) => known.repos.has(absolute(path)),
    onProblem: (path, error) => unreadable.push({ path, error }),
    onFiles: onFiles === undefined ? undefined : (path, names) => onFiles(absolute(path), names),
    ...(signal && { signal }),
  });
  for await (const { event, path } of discovery) {
    const realdir = absolute(path);
    const existing = event === 'known' ? known.repos.get(realdir) : undefined;
    if (existing !== undefined) repos.set(realdir, { ...existing, missing: false });
    if (event === 'ignore') ignored.push(path);
    else if (event === 'candidate') repos.set(realdir, { realdir, shadow: null, missing: false, error: known.obstacle(realdir) });
  }
  const yieldTurn = yieldRegularly(signal);
  for (const [realdir, existing] of known.repos) {
    if (!repos.has(realdir)) repos.set(realdir, { ...existing, missing: !existsRealdir(realdir, boundsOf(realdir, [root])) });
    const turn = yieldTurn();
    if (turn !== undefined) await turn;
  }
  for (const [realdir, rename] of findRenames(site.location, root, repos, ignored.map(absolute))) {
    const repo = repos.get(realdir);
    if (repo !== undefined) repos.set(realdir, { ...repo, rename });
  }
  const sorted = [...repos.values()].sort((a, b) => (a.realdir < b.realdir ? -1 : 1));
  return { repos: sorted, ignored, unreadable, strange: known.strange };
}
