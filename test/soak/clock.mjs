// Time that runs fast, the same for all processes of a soak; it stands still while they cannot keep up with it.
import fs from 'node:fs';

/** How long a process uses what it has read, in milliseconds. */
const FRESH_MS = 20;
/** How long there may always be something to do, in milliseconds, before time stands still. */
const BUSY_MS = 1500;

/** The clock of the soak, which all others follow. */
export class LeadingClock {
  /** Milliseconds for which time stood still. */
  stoodStill = 0;

  constructor(file, start, factor) {
    Object.assign(this, { file, base: start, real: Date.now(), usual: factor, factor, busySince: Date.now() });
    this.write();
  }

  now() {
    return this.base + (Date.now() - this.real) * this.factor;
  }

  /** Looks whether somebody had nothing to do since the last time. */
  adjust() {
    const now = Date.now();
    const isIdle = fs.existsSync(`${this.file}.idle`);
    if (isIdle) {
      fs.rmSync(`${this.file}.idle`);
      this.busySince = now;
    }
    const factor = now - this.busySince < BUSY_MS ? this.usual : 0;
    if (factor === this.factor) return;
    if (this.factor === 0) this.stoodStill += now - this.real;
    // Not behind what others take for the time until they read this: it must not run backwards anywhere, or a run
    // would seem to have ended in the future, and what has is due at once.
    this.base = this.now() + FRESH_MS * this.factor;
    this.real = now;
    this.factor = factor;
    this.write();
  }

  write() {
    const { base, real, factor, usual } = this;
    fs.writeFileSync(`${this.file}.new`, JSON.stringify({ base, real, factor, usual }));
    fs.renameSync(`${this.file}.new`, this.file);
  }
}

/** The same clock in another process. */
export class FollowedClock {
  readAt = 0;

  constructor(file) {
    this.file = file;
  }

  /** Simulated milliseconds since the epoch. */
  now() {
    this.read();
    return this.base + (Date.now() - this.real) * this.speed;
  }

  /** How fast time runs when it does not stand still. */
  get factor() {
    this.read();
    return this.usual;
  }

  read() {
    if (Date.now() < this.readAt + FRESH_MS) return;
    this.readAt = Date.now();
    const { base, real, factor, usual } = JSON.parse(fs.readFileSync(this.file, 'utf8'));
    Object.assign(this, { base, real, speed: factor, usual });
  }
}
