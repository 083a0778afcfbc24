const NOBODY = 65534;

/** Runs `action` without the rights of root; where the tests do not run as root nothing is changed. */
export function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}
