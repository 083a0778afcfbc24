const NOBODY = 65_534;

/** Runs `action`, to the end of what it promises, without the rights of root; where the tests do not run as root nothing is changed. */
export function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  const restore = (): void => process.seteuid?.(0);
  process.seteuid?.(NOBODY);
  let result: T;
  try {
    result = action();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}
