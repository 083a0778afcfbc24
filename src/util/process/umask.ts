/** Takes everything from group and others. */
const CLOSED = 0o077;

let inherited: number | null = null;

/**
 * Has all files that this process and the programs it starts create be closed to group and others; to be called once,
 * at the start. Modes that are set on purpose stay as they are.
 */
export function closeUmask(): void {
  inherited ??= process.umask(CLOSED);
}

/** Starts a program of the user's, whose files are his, with the umask that this process was started with. */
export function withInheritedUmask<T>(start: () => T): T {
  if (inherited === null) return start();
  process.umask(inherited);
  try {
    return start();
  } finally {
    process.umask(CLOSED);
  }
}
