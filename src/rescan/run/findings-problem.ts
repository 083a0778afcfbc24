import { findingsAt } from '../../facets/verify/accept-findings.js';
import { hasVerifyState } from '../../facets/verify/verify-state.js';
import type { ProblemStore } from '../../shadow/remembered/problem-store.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';

/** The part that has a problem as long as files of a repo have other bytes than recorded. */
export const FINDINGS_PART = 'findings';

/** Remembers that there are findings in a repo, or that there are none any more. */
export function noteFindings(problems: ProblemStore, repo: ShadowRepo, now: Date): void {
  const findings = hasVerifyState(repo) ? [...findingsAt(repo, [''])] : [];
  const [first] = findings;
  if (first === undefined) {
    problems.clear(repo.realdir, FINDINGS_PART);
    return;
  }
  const [path, { class: kind }] = first;
  const more = findings.length === 1 ? '' : ` (${findings.length} files in all)`;
  const error = new FsoError(`${kind}: ${textOfBytes(path)} has not the bytes that are recorded${more}`, {
    remedy: 'git-fso verify --findings shows where intact copies are; restore it, or take it as it is: git-fso verify --accept <path>',
  });
  problems.add(repo.realdir, FINDINGS_PART, error, now, 0);
}
