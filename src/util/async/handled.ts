/**
 * Marks a promise as handled: whoever waits for it still gets its rejection, but if the work that would have waited
 * fails before, nobody is left with a rejection that ends the process.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Lets work go on for which nobody waits, and whose failure is told elsewhere. */
export function letGo(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
