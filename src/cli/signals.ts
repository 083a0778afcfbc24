/**
 * A signal that is set by SIGINT or SIGTERM, so that a run ends in good order. A second one of
 * these ends the process at once, which is safe as well.
 */
export function cancelOnSignals(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const cancel = (): void => {
    stop();
    controller.abort();
  };
  const stop = (): void => {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  return { signal: controller.signal, stop };
}
