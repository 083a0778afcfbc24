/** Git configuration key with the mode of files that Git makes in a repository, whatever the umask says. */
export const SHARING_KEY = 'core.sharedRepository';

/** The value of the key for files of this mode. */
export function sharingOf(fileMode: number): string {
  return `0${fileMode.toString(8)}`;
}

/** True for a value that names a mode: other values, and none, leave it to the umask who may read or write. */
export function isSharingMode(value: string | undefined): boolean {
  return value !== undefined && /^0[0-7]{3}$/.test(value);
}
