import { RefMovedError } from '../../git/refs/ref-errors.js';

/** A branch that moves this often during one run is moved by something that is not a record. */
const MAX_ATTEMPTS = 20;

/** Runs `attempt` again as long as somebody else moved the branch meanwhile. */
export async function retryIfMoved<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RefMovedError) || count >= MAX_ATTEMPTS) throw error;
    }
  }
}
