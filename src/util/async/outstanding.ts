/** Work that goes on while more is begun: waits for all of it, and keeps the first failure until then. */
export class Outstanding {
  private count = 0;
  private failure: { readonly error: unknown } | null = null;
  private wake: (() => void) | null = null;

  /** Takes work in that has begun. */
  add(work: Promise<unknown>): void {
    this.count += 1;
    const end = (): void => {
      this.count -= 1;
      if (this.count === 0) this.wake?.();
    };
    work.then(end, (error: unknown) => {
      this.failure ??= { error };
      end();
    });
  }

  /** Waits until all work has ended. Throws the first failure. */
  async whenDone(): Promise<void> {
    if (this.count > 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.wake = null;
    if (this.failure !== null) throw this.failure.error;
  }
}
