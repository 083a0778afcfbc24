import { closeSync } from 'node:fs';
import { chdir } from 'node:process';
import { changeToOpen } from './change-directory.js';

/** A directory that a walk keeps open while it is elsewhere, to come back without starting from the top. */
export class KeptDirectory {
  private kept: { readonly fd: number; readonly depth: number; readonly isLent: boolean } | null = null;

  /** Keeps an open directory, which is `depth` levels below the top, instead of the last one. @param isLent somebody else closes it */
  keep(fd: number, depth: number, isLent = false): void {
    this.drop();
    this.kept = { fd, depth, isLent };
  }

  drop(): void {
    if (this.kept?.isLent === false) closeSync(this.kept.fd);
    this.kept = null;
  }

  /**
   * Goes to the directory, and up from there to a depth that is not larger. Returns the number of
   * steps up, null if nothing is kept. After steps up the caller must check where it is. System errors are thrown.
   */
  enter(depth: number): number | null {
    if (this.kept === null) return null;
    changeToOpen(this.kept.fd);
    const steps = this.kept.depth - depth;
    for (let step = 0; step < steps; step += 1) chdir('..');
    return steps;
  }
}
