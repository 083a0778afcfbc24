import type { ByteString } from '../../util/byte-string.js';
import type { Identity } from './identity.js';

/** A step below the toplevel directory. */
export interface Level {
  readonly name: ByteString;
  readonly identity: Identity;
}

/** The way from the toplevel directory to the one that a walk is about: which names, and which directories these were. */
export class LevelChain {
  private readonly steps: Level[] = [];

  constructor(readonly top: Identity) {}

  /** From the top. */
  get levels(): readonly Level[] {
    return this.steps;
  }

  /** Number of steps. */
  get depth(): number {
    return this.steps.length;
  }

  /** The directory at the end. */
  get last(): Identity {
    return this.steps.at(-1)?.identity ?? this.top;
  }

  push(name: ByteString, identity: Identity): void {
    this.steps.push({ name, identity });
  }

  pop(): void {
    this.steps.pop();
  }
}
