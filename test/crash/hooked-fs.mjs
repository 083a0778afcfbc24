// Replaces calls of Node's `fs` before anything else is loaded; what is beneath them is real.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** The calls as they were. */
export const real = { ...fs };

const WRITING = [
  'mkdirSync',
  'mkdtempSync',
  'rmdirSync',
  'unlinkSync',
  'rmSync',
  'chmodSync',
  'chownSync',
  'writeFileSync',
  'copyFileSync',
  'utimesSync',
];
const READING = [
  'lstatSync',
  'statSync',
  'readdirSync',
  'opendirSync',
  'readFileSync',
  'readlinkSync',
  'realpathSync',
  'existsSync',
  'accessSync',
];
/** Each changes what its second path names, too. */
const BY_TWO_PATHS = ['renameSync', 'linkSync', 'symlinkSync'];
const BY_DESCRIPTOR = ['writeSync', 'fsyncSync', 'ftruncateSync', 'futimesSync', 'fchmodSync', 'closeSync'];

const textOf = (file) => (Buffer.isBuffer(file) ? file.toString('latin1') : String(file));

/**
 * Has `before(call, path)` called before each call that writes, with one character a byte; what it throws, the call
 * throws. Calls of Node within such a call are not told.
 * @param options.readsToo before each call that reads, too
 */
export function hookCalls(before, { readsToo = false } = {}) {
  const paths = new Map();
  let isInside = false;
  const tell = (call, file) => {
    if (isInside) return;
    isInside = true;
    try {
      before(call, file);
    } finally {
      isInside = false;
    }
  };
  const within = (work) => {
    const wasInside = isInside;
    isInside = true;
    try {
      return work();
    } finally {
      isInside = wasInside;
    }
  };
  fs.openSync = (file, flags, mode) => {
    const name = textOf(file);
    const isWriting =
      typeof flags === 'string'
        ? /[wa+]/.test(flags)
        : (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0;
    if (isWriting || readsToo) tell('open', name);
    const fd = real.openSync(file, flags, mode);
    paths.set(fd, isWriting || readsToo ? name : '');
    return fd;
  };
  for (const call of [...WRITING, ...(readsToo ? READING : [])]) {
    // Some have parts: `realpathSync.native`.
    fs[call] = Object.assign((file, ...rest) => {
      tell(call, textOf(file));
      return within(() => real[call](file, ...rest));
    }, real[call]);
  }
  for (const call of BY_TWO_PATHS) {
    fs[call] = (from, to, ...rest) => {
      tell(call, textOf(call === 'renameSync' ? from : to));
      return within(() => real[call](from, to, ...rest));
    };
  }
  for (const call of BY_DESCRIPTOR) {
    fs[call] = (fd, ...rest) => {
      // What close(2) reports, it reports after it has closed.
      if (call === 'closeSync') real.closeSync(fd);
      tell(call, paths.get(fd) ?? '');
      // There is no power failure here, and waiting for the disk is most of the time.
      return call === 'closeSync' || call === 'fsyncSync' ? undefined : real[call](fd, ...rest);
    };
  }
  syncBuiltinESMExports();
}
