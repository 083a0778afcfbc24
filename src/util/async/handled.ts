/**
 * Marks a promise as handled: whoever waits for it still gets its rejection, but if the work that would have waited
 * fails before, nobody is left with a rejection that ends the process.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
