import { readFileSync } from 'node:fs';

/** A user, as far as `/etc/passwd` knows. */
interface User {
  readonly uid: number;
  /** The name; null if it is in another directory, as users of LDAP are. */
  readonly name: string | null;
  /** The primary group; null if it is not known. */
  readonly gid: number | null;
}

/** The fields of `/etc/passwd`; nothing if it cannot be read. */
function passwdLines(): string[][] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  } catch {
    // Then numbers have to do.
    return [];
  }
}

/** Looks a user up by number, for messages. */
function userOf(uid: number): User {
  const fields = passwdLines().find((one) => one[2] === String(uid));
  const gid = Number(fields?.[3]);
  return { uid, name: fields?.[0] ?? null, gid: fields !== undefined && Number.isSafeInteger(gid) ? gid : null };
}

/** The number of a user; null if `/etc/passwd` does not know the name. */
export function uidOf(name: string): number | null {
  const uid = Number(passwdLines().find((one) => one[0] === name)?.[2]);
  return Number.isSafeInteger(uid) ? uid : null;
}

/** A user in a message. */
export function describeUser(uid: number): string {
  const { name } = userOf(uid);
  return name === null ? `user ${uid}` : `${name} (user ${uid})`;
}

/**
 * The command that runs git-fso as another user.
 * @param gid used where the primary group of the user is not known
 * @param readsAll keeps the right to read everything, which only root can give
 */
export function commandAs(uid: number, gid: number, readsAll: boolean): string {
  const user = userOf(uid);
  const groups = user.name === null ? '--clear-groups' : '--init-groups';
  const rights = readsAll ? ' --inh-caps=+dac_read_search --ambient-caps=+dac_read_search' : '';
  return `setpriv --reuid=${user.name ?? uid} --regid=${user.gid ?? gid} ${groups}${rights} git-fso …`;
}
