import { errnoOf } from '../errors.js';

/** What has no descriptor left says so; others may give some up soon. */
const SCARCE = new Set<string | undefined>(['EMFILE', 'ENFILE']);
const WAIT_MS = 20;
const TRIES = 25;

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Runs `open`; where no descriptor is free, waits and tries again, half a second at most. System errors are thrown. */
export function whenFree<T>(open: () => T): T {
  for (let tries = 1; ; tries += 1) {
    try {
      return open();
    } catch (error) {
      if (!SCARCE.has(errnoOf(error)) || tries === TRIES) throw error;
    }
    Atomics.wait(nobody, 0, 0, WAIT_MS);
  }
}
