import { createHash } from 'node:crypto';
import type { FacetResult } from '../../facets/facet-result.js';
import { oidToHex } from '../../git/objects/object-id.js';
import { branchOf } from '../../shadow/facets.js';
import { HookCursor } from '../../shadow/remembered/hook-cursor.js';
import type { ShadowRepo } from '../../shadow/shadow-repo.js';
import { jsonPath } from '../../util/text/json-path.js';
import type { Alarm } from '../alarm/alarm.js';
import { jsonAlarm } from '../alarm/alarm.js';
import type { HookSurroundings } from './run-hook.js';
import { runHook } from './run-hook.js';
import type { RescanFacet } from '../../shadow/facets.js';
import type { ChangeHook } from '../site.js';

/** Version of what hooks are told; it grows when a field changes its meaning or goes away. */
const FACTS_VERSION = 1;

/** The part of a repo that has a problem when a hook fails. */
export function hookPart(hook: ChangeHook): string {
  return `hook ${keyOf(hook)}`;
}

/** The same for the same command, wherever it stands in the configuration and however long it may take. */
function keyOf(hook: ChangeHook): string {
  const command = hook.kind === 'shell' ? hook.shell : hook.command;
  return createHash('sha256').update(JSON.stringify(command)).digest('hex').slice(0, 16);
}

function headOf(repo: ShadowRepo, facet: RescanFacet): string | null {
  const head = repo.head(facet);
  return head === null ? null : oidToHex(head);
}

/**
 * Has a hook that is new begin with what will be recorded from now on; to be called before anything is.
 * @throws FsoError if the shadow repo cannot be written
 */
export function beginHook(repo: ShadowRepo, facet: RescanFacet, hook: ChangeHook): void {
  const cursor = new HookCursor(repo.gitDir, keyOf(hook));
  const head = headOf(repo, facet);
  if (head !== null && cursor.get(facet) === null) cursor.set(facet, head);
}

/** True if a hook has been told everything that is recorded; a facet that has nothing to tell says nothing about the others. */
export function isAllTold(repo: ShadowRepo, facets: readonly RescanFacet[], hook: ChangeHook): boolean {
  const cursor = new HookCursor(repo.gitDir, keyOf(hook));
  return facets.every((facet) => {
    const told = cursor.get(facet);
    return told === null || told === headOf(repo, facet);
  });
}

/** What was recorded just now. */
export interface Recorded {
  /** The commit before, in hexadecimal. */
  readonly before: string | null;
  readonly result: FacetResult | null;
  /** Whether there is more between two commits, in hexadecimal, than is to be expected. */
  alarmOf(old: string, head: string): Promise<Alarm | null>;
}

/**
 * Tells a hook the commits of a facet that it has not been told yet. Counts of what changed are known only
 * if `result` is all that it was not told; else they are null.
 * @returns false if there was nothing to tell
 * @throws FsoError if the command fails; it will be told again
 */
export async function deliver(
  repo: ShadowRepo,
  facet: RescanFacet,
  hook: ChangeHook,
  { before, result, alarmOf }: Recorded,
  surroundings: HookSurroundings,
): Promise<boolean> {
  const cursor = new HookCursor(repo.gitDir, keyOf(hook));
  const head = headOf(repo, facet);
  const old = cursor.get(facet);
  if (head === null || head === old) return false;
  const commit = result?.commit ?? null;
  const isOnlyThis = result !== null && commit !== null && oidToHex(commit) === head && old === before;
  // What was read each night is no change.
  if (facet === 'verify' && isOnlyThis && result.added + result.modified + result.deleted === 0) {
    cursor.set(facet, head);
    return false;
  }
  const alarm = old === null ? null : await alarmOf(old, head);
  const facts = {
    version: FACTS_VERSION,
    ...jsonPath('realdir', repo.realdir),
    ...jsonPath('shadow', repo.directory),
    facet,
    branch: branchOf(facet),
    old,
    new: head,
    added: isOnlyThis ? result.added : null,
    modified: isOnlyThis ? result.modified : null,
    deleted: isOnlyThis ? result.deleted : null,
    alarm: alarm === null ? null : jsonAlarm(alarm),
  };
  await runHook(hook, facet, `${JSON.stringify(facts)}\n`, surroundings);
  cursor.set(facet, head);
  return true;
}
