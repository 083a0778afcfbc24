import { cwd } from 'node:process';

/** Path of the working directory; `/` if it was deleted and has no path any more. */
export function workingDirectory(): string {
  try {
    return cwd();
  } catch {
    return '/';
  }
}
