import type { Stats } from 'node:fs';
import { readFileSync, statSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError } from '../../util/errors.js';
import type { ExposureOptions } from './exposure.js';
import { exposureOf, OTHERS_WRITE } from './exposure.js';
import { commandAs, describeUser } from './user.js';

const ROOT = 0;
/** What uid_map says where nothing is mapped to other numbers. */
const ALL_USERS = 4_294_967_295;

/** The user with whose rights this process works. */
function self(): number {
  return process.geteuid?.() ?? ROOT;
}

/** Whose shadow repos are opened: those of root, of whoever runs, and of the owner of the configured shadow root. */
export function trustedOwners(shadowRoot: ByteString | null): ReadonlySet<number> {
  const stat = shadowRoot === null ? undefined : statSync(fsPath(shadowRoot), { throwIfNoEntry: false });
  return new Set([ROOT, self(), ...(stat === undefined ? [] : [stat.uid])]);
}

/**
 * Refuses what belongs to somebody else: he could have Git run programs, or be led to other places, with the rights
 * of whoever opens it.
 * @throws FsoError
 */
export function requireOwner(path: ByteString, { uid, gid }: Pick<Stats, 'uid' | 'gid'>, trusted: ReadonlySet<number>): void {
  if (trusted.has(uid)) return;
  const remedy = self() === ROOT
    ? `work on it as that user, ${commandAs(uid, gid, false)}; or, if you know what is in it, give it to root with chown -R`
    : 'run git-fso as that user; or, if it is the service user of a shadow root, name its configuration with GIT_FSO_CONFIG';
  throw new FsoError(`${textOfBytes(path)}: belongs to ${describeUser(uid)}, who is not trusted here`, { remedy });
}

/**
 * Refuses to write with the rights of root where a service user owns the place: what he changes meanwhile could lead
 * root elsewhere.
 * @throws FsoError that has the command to use instead
 */
export function refuseRootFor(path: ByteString, { uid, gid }: Pick<Stats, 'uid' | 'gid'>): void {
  if (self() !== ROOT || uid === ROOT) return;
  throw new FsoError(`${textOfBytes(path)}: belongs to ${describeUser(uid)}; root does not write there`, {
    remedy: `work as that user, with the right to read everything: ${commandAs(uid, gid, true)}`,
  });
}

/**
 * Like `refuseRootFor`, for a shadow root, which need not be there yet. Nor does root write where somebody else can replace
 * it, or something on the way to it.
 * @throws FsoError
 */
export function refuseRootForShadowRoot(shadowRoot: ByteString): void {
  const stat = statSync(fsPath(shadowRoot), { throwIfNoEntry: false });
  if (stat !== undefined) refuseRootFor(shadowRoot, stat);
  // Who may write in the shadow root itself, older versions have left to the umask, and it is closed when it is used.
  refuseWhereExposed(shadowRoot, { owners: ownersAbove(), writers: OTHERS_WRITE, isModeOfAboveOnly: true });
}

/**
 * Refuses to write with the rights of root where somebody else owns a directory or a link on the way: root would follow whatever takes
 * its place meanwhile.
 * @param path need not exist
 * @throws FsoError
 */
export function refuseRootWhereReplaceable(path: ByteString): void {
  refuseWhereExposed(path, { owners: ownersAbove(), writers: 0 });
}

function refuseWhereExposed(path: ByteString, options: ExposureOptions): void {
  const found = self() === ROOT ? exposureOf(path, options) : null;
  if (found === null) return;
  throw new FsoError(`${textOfBytes(path)}: could be replaced by others, so root does not write there: it ${found.message}`, {
    remedy: found.remedy,
  });
}

/** Who may own what is above the places where root writes. */
function ownersAbove(): ReadonlySet<number> {
  return new Set([ROOT, ...overflowUser()]);
}

/**
 * Who seems to own what belongs to users without a number in this user namespace, the root of the system among them:
 * user_namespaces(7).
 */
function overflowUser(): readonly number[] {
  try {
    const [inside, outside, count] = readFileSync('/proc/self/uid_map', 'latin1').trim().split(/\s+/).map(Number);
    if (inside === 0 && outside === 0 && count === ALL_USERS) return [];
    return [Number(readFileSync('/proc/sys/kernel/overflowuid', 'latin1'))];
  } catch {
    // Without /proc nothing can be reached in any case.
    return [];
  }
}
