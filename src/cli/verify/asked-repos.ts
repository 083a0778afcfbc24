import type { Config } from '../../config/types.js';
import { findingsAt } from '../../facets/verify/accept-findings.js';
import type { Part } from '../../history/places/parts.js';
import { gateOf } from '../../rescan/guard/site-gate.js';
import { noteFindings } from '../../rescan/run/findings-problem.js';
import type { IntegrityFinding } from '../../record/finding.js';
import { Gate } from '../../shadow/gate/gate.js';
import { ProblemStore } from '../../shadow/remembered/problem-store.js';
import { ShadowRepo } from '../../shadow/shadow-repo.js';
import type { ByteString } from '../../util/byte-string.js';
import { isAtOrBelow, joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { PlaceFlags } from '../asked-parts.js';
import { askedParts, groundOf, tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { openPlace, siteIfAny } from '../open-repo.js';
import { openTrace } from '../options/trace.js';

/** A repo that a command is about, and the places in it, relative to its realdir; '' for all of it. */
export interface AskedRepo {
  readonly repo: ShadowRepo;
  readonly paths: readonly ByteString[];
}

/** A finding with its real path. */
export interface PlacedFinding {
  readonly path: ByteString;
  readonly finding: IntegrityFinding;
}

function byRepo(parts: readonly Part[]): AskedRepo[] {
  const repos = new Map<ByteString, { readonly repo: ShadowRepo; readonly paths: ByteString[] }>();
  for (const { repo, path } of parts) {
    const known = repos.get(repo.directory);
    if (known === undefined) repos.set(repo.directory, { repo, paths: [path] });
    else known.paths.push(path);
  }
  return [...repos.values()];
}

/** The repos that operands are about, to read their records. @throws like `askedParts` */
export async function askedRepos(context: CliContext, flags: PlaceFlags, operands: readonly string[]): Promise<readonly AskedRepo[]> {
  return byRepo(await askedParts(context, flags, operands));
}

/**
 * The same, to write in them. What may not be written is told, and the others are worked on.
 * @throws like `askedParts`
 */
export async function writableRepos(context: CliContext, flags: PlaceFlags, operands: readonly string[]): Promise<readonly AskedRepo[]> {
  const asked = await askedRepos(context, flags, operands);
  const [site, ground] = [await siteIfAny(context, flags), await groundOf(context, flags)];
  if (context.isDirectoryNamed || ground === null) {
    const { repo } = await openPlace(context, 'write', flags);
    return asked.map(({ paths }) => ({ repo, paths }));
  }
  const isOfSite = site !== null && site.location.root === ground.location.root;
  const gate = isOfSite ? gateOf(site) : new Gate({ shadowRoot: ground.location.root });
  return asked.flatMap(({ repo, paths }) => {
    try {
      openTrace(context, [repo.realdir]);
      return [{ repo: ShadowRepo.open(repo.directory, gate), paths }];
    } catch (error) {
      if (!(error instanceof FsoError)) throw error;
      tellProblem(context, error);
      return [];
    }
  });
}

/** The findings that stand in what was asked about. */
export function findingsIn({ repo, paths }: AskedRepo): PlacedFinding[] {
  return [...findingsAt(repo, paths)].map(([path, finding]) => ({ path: joinPath(repo.realdir, path), finding }));
}

/** Has the list of problems say what stands in a repo, if it is one of the configured ones. */
export function rememberFindings(site: Config | null, repo: ShadowRepo): void {
  if (site === null || !isAtOrBelow(repo.directory, site.location.root)) return;
  if (site.roots.some(({ path }) => isAtOrBelow(repo.realdir, path))) noteFindings(new ProblemStore(site.location.root), repo, new Date());
}
