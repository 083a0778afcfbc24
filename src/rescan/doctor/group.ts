import type { Finding } from './finding.js';

/** Findings that have one cause; mostly there is one. */
export interface FindingGroup extends Omit<Finding, 'cause'> {
  /** What the findings are about, each once, in the order found; empty if there is one finding. */
  readonly subjects: readonly string[];
}

function keyOf({ severity, message, remedy, cause }: Finding): string {
  const said = cause ?? { subject: null, message, remedy };
  return JSON.stringify([severity, said.subject, said.message, said.remedy]);
}

function groupOf(findings: readonly [Finding, ...Finding[]]): FindingGroup {
  const [{ cause, ...first }] = findings;
  const subjects = [...new Set(findings.map(({ subject }) => subject))];
  if (findings.length === 1) return { ...first, subjects: [] };
  const { message, remedy } = cause ?? first;
  const own = subjects.length === 1 ? subjects[0] : undefined;
  return { severity: first.severity, subject: cause?.subject ?? own ?? `${subjects.length} places`, message, remedy, subjects };
}

/** Puts findings with the same cause together, in the order of the first of each. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map(groupOf);
}
