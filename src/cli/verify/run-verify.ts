import type { FacetListener } from '../../facets/facet-result.js';
import type { VerifyResult } from '../../facets/verify/record-verify.js';
import { recordVerify } from '../../facets/verify/record-verify.js';
import { readVerifyState } from '../../facets/verify/verify-state.js';
import { findCopies } from '../../history/integrity/copies.js';
import { ObjectReader } from '../../git/objects/object-reader.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { joinPath } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { PlaceFlags } from '../asked-parts.js';
import { tellProblem } from '../asked-parts.js';
import type { CliContext } from '../context.js';
import { runOptionsOf } from '../context.js';
import { ExitStatus, statusOfError, worseStatus } from '../exit-status.js';
import { siteIfAny } from '../open-repo.js';
import { reportProblems } from '../render/facet-text.js';
import { jsonFinding, jsonVerified } from '../render/integrity-json.js';
import { findingText, verifiedText } from '../render/integrity-text.js';
import { jsonLine } from '../render/json-text.js';
import { ProgressLine } from '../render/progress/progress.js';
import type { AskedRepo } from './asked-repos.js';
import { askedRepos, findingsIn, rememberFindings, writableRepos } from './asked-repos.js';

/** Budget of a run over all repos that it is about. */
export interface VerifyBudget {
  readonly ms: number | undefined;
  readonly bytes: number | undefined;
  readonly unreadForMs: number | undefined;
}

/** When the round of a repo began, and whether it is going on. */
function roundOf(repo: ShadowRepo): { readonly isOpen: boolean; readonly begun: number } {
  const reader = ObjectReader.open(repo.gitDir);
  try {
    const { round, next } = readVerifyState(repo, reader).readings;
    return { isOpen: next !== null, begun: round ?? 0 };
  } finally {
    reader.close();
  }
}

/** The repo whose round began first is the first; new rounds begin where the last one is longest ago. */
function inOrder(asked: readonly AskedRepo[]): readonly AskedRepo[] {
  const rounds = new Map(asked.map(({ repo }) => [repo, roundOf(repo)]));
  return asked.toSorted((a, b) => {
    const [first, second] = [rounds.get(a.repo), rounds.get(b.repo)];
    return Number(second?.isOpen) - Number(first?.isOpen) || (first?.begun ?? 0) - (second?.begun ?? 0);
  });
}

/** Reads repos one after the other, as long as the budget lasts, and tells what was found. */
export async function runVerify(
  context: CliContext,
  flags: PlaceFlags & { readonly json?: boolean },
  operands: readonly string[],
  budget: VerifyBudget,
): Promise<void> {
  const site = await siteIfAny(context, flags);
  const asked = inOrder(await writableRepos(context, flags, operands));
  const runOptions = runOptionsOf(context, 'verify');
  const end = performance.now() + (budget.ms ?? Number.POSITIVE_INFINITY);
  let bytesLeft = budget.bytes ?? Number.POSITIVE_INFINITY;
  const progress = context.stderr.isTTY ? new ProgressLine(context.stderr) : null;
  for (const one of asked) {
    if (performance.now() >= end || bytesLeft <= 0) break;
    const { repo, paths } = one;
    const { realdir } = repo;
    const onProgress: FacetListener['onProgress'] = (visited, bytes, directory, reading) => {
      progress?.add({ type: 'progress', realdir, facet: 'verify', visited, bytes, directory, reading });
    };
    const limit = {
      ...(budget.bytes !== undefined && { bytes: bytesLeft }),
      ...(budget.ms !== undefined && { ms: end - performance.now() }),
    };
    try {
      const result = await recordVerify(repo, {
        ...runOptions,
        ...(progress !== null && { onProgress }),
        ...(Object.keys(limit).length > 0 && { limit }),
        ...(budget.unreadForMs !== undefined && { unreadSince: new Date(Date.now() - budget.unreadForMs) }),
        ...(!paths.includes('') && { paths }),
      }).finally(() => progress?.clear());
      bytesLeft -= result.bytes;
      print(context, flags.json === true, one, result);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof FsoError) || asked.length === 1) throw error;
      tellProblem(context, error);
      context.exitStatus = worseStatus(context.exitStatus, statusOfError(error));
    } finally {
      rememberFindings(site, repo);
    }
  }
  await tellFindings(context, flags, asked);
}

function print(context: CliContext, json: boolean, { repo }: AskedRepo, result: VerifyResult): void {
  context.stdout.write(json ? jsonLine(jsonVerified(repo, result)) : verifiedText(repo.realdir, result));
  const ofRealdir = <T extends { readonly path: string }>(list: readonly T[]): T[] =>
    list.map((each) => ({ ...each, path: each.path === '' ? repo.realdir : joinPath(repo.realdir, each.path) }));
  reportProblems(context, { ...result, problems: ofRealdir(result.problems), warnings: ofRealdir(result.warnings) });
}

/**
 * Tells the findings that stand in what was asked about, with intact copies in all repos that are recorded; they make the status 5.
 * @returns how many there are
 */
export async function tellFindings(
  context: CliContext,
  flags: PlaceFlags & { readonly json?: boolean },
  asked: readonly AskedRepo[],
): Promise<number> {
  const findings = asked.flatMap(findingsIn);
  if (findings.length === 0) return 0;
  const repos = context.isDirectoryNamed ? asked : await askedRepos(context, flags, []).catch(() => asked);
  const copies = findCopies(repos.map(({ repo }) => repo), findings.map(({ finding }) => finding));
  for (const { path, finding } of findings) {
    const intact = (copies.get(finding.sha256) ?? []).filter((copy) => copy.path !== path);
    context.stdout.write(flags.json === true ? jsonLine(jsonFinding(path, finding, intact)) : findingText(path, finding, intact));
  }
  context.exitStatus = worseStatus(context.exitStatus, ExitStatus.finding);
  return findings.length;
}
