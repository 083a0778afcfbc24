import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The program of a worker thread; null where it was not built, as when the sources are run directly. */
export function builtProgram(file: URL): URL | null {
  return existsSync(fileURLToPath(file)) ? file : null;
}
