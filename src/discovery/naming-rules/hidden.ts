/** Why a directory is passed over. */
export const HIDDEN = 'its name starts with a dot';

/** Hidden by the convention of Unix; the root is not, although its path is `.`. */
export function isHidden(path: string): boolean {
  return path !== '.' && baseName(path).startsWith('.');
}

/** The last component of a path; `.` for the root. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
