// Has calls below a directory fail, each of them once: those that write, or all.
import os from 'node:os';
import { hookCalls } from './hooked-fs.mjs';

const NUMBERS = { ENOSPC: os.constants.errno.ENOSPC, EIO: os.constants.errno.EIO, EDQUOT: 122 };
const CODES = Object.keys(NUMBERS);

/** What is another in each round: UUIDs, other random names, process ids. */
const RANDOM = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,}|\d+/g;

/** What Node throws when a call fails. */
function systemError(code, call, file) {
  // As Node does it for numbers that it has no name for, like that of EDQUOT.
  const isNamed = code !== 'EDQUOT';
  const message = isNamed ? `${code}: ${code}, ${call} '${file}'` : `Unknown system error -${NUMBERS[code]}: ${call} '${file}'`;
  return Object.assign(new Error(message), {
    errno: -NUMBERS[code],
    code: isNamed ? code : `Unknown system error -${NUMBERS[code]}`,
    syscall: call,
    path: file,
  });
}

/** Decides which calls fail; there can be one of these in a process. */
export class FailingCalls {
  /** Which have failed so far, in any round. */
  failed = new Set();
  /** How many have failed in this round. */
  failures = 0;
  /** The last of them. */
  last = '';
  #directory = null;
  #made = new Map();
  #isArmed = true;

  /**
   * @param options.rearm says of a path that from there on another call of the same round may fail
   * @param options.readsToo has calls that read fail, too
   * @param options.makeError makes what is thrown, of the number of calls that have failed, call and path
   * @param options.isChosen says of the number of a call whether it shall fail; else all do
   */
  constructor({
    rearm = () => false,
    makeError = (count, call, file) => systemError(CODES[count % CODES.length], call, file),
    isChosen = () => true,
    readsToo = false,
  } = {}) {
    let seen = 0;
    hookCalls(
      (call, file) => {
        if (this.#directory === null || !file.startsWith(`${this.#directory}/`)) return;
        const place = file.slice(this.#directory.length);
        if (rearm(place)) this.#isArmed = true;
        const what = `${call} ${place.replaceAll(RANDOM, 'N')}`;
        this.#made.set(what, (this.#made.get(what) ?? 0) + 1);
        const key = `${what} ${this.#made.get(what)}`;
        // Removing twenty packs is no more than removing three.
        if (!this.#isArmed || this.#made.get(what) > 3 || this.failed.has(key)) return;
        this.failed.add(key);
        seen += 1;
        if (!isChosen(seen)) return;
        this.#isArmed = false;
        this.failures += 1;
        this.last = key;
        throw makeError(this.failed.size, call, file);
      },
      { readsToo },
    );
  }

  /** Runs `work` while the next call below `directory` that has not failed yet fails. */
  async within(directory, work) {
    this.#made.clear();
    this.failures = 0;
    this.#isArmed = true;
    this.#directory = directory;
    try {
      return await work();
    } finally {
      this.#directory = null;
    }
  }
}
