/**
 * A signal that is set as soon as one of the others is, with its reason. `AbortSignal.any` does the
 * same, but in Node 20 it leaves something behind at signals that live long.
 */
export function linkSignals(signals: readonly (AbortSignal | undefined)[]): { readonly signal: AbortSignal; unlink(): void } {
  const given = signals.filter((signal) => signal !== undefined);
  const [only, ...others] = given;
  if (only !== undefined && others.length === 0) return { signal: only, unlink: () => undefined };
  const controller = new AbortController();
  const links = given.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  });
  return {
    signal: controller.signal,
    unlink: () => {
      for (const link of links) link();
    },
  };
}
