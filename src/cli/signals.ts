/** How SIGINT and SIGTERM reach what is running. */
export interface ProcessSignals {
  /** Set by the first signal, so that a run ends in good order; a second one ends the process at once, which is safe as well. */
  readonly signal: AbortSignal;
  /**
   * From now on the first signal sets what is returned, to ask for an end when what is going on is
   * finished, and the second one sets `signal`.
   */
  soften(): AbortSignal;
  /** Leaves signals to the system again. */
  stop(): void;
}

/** Listens to SIGINT and SIGTERM. */
export function cancelOnSignals(): ProcessSignals {
  const hard = new AbortController();
  let soft: AbortController | null = null;
  const cancel = (): void => {
    if (soft !== null && !soft.signal.aborted) {
      soft.abort();
      return;
    }
    stop();
    hard.abort();
  };
  const stop = (): void => {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  return {
    signal: hard.signal,
    soften: () => {
      soft ??= new AbortController();
      return soft.signal;
    },
    stop,
  };
}
