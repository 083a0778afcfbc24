// A directory shown as a slow filesystem: see delayed.c.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Why no FUSE filesystem can be built and mounted here; null if it can. */
export function whyNoFuse() {
  if (process.getuid?.() !== 0) return 'only root may mount';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  if (spawnSync('gcc', ['--version']).status !== 0) return 'gcc is missing';
  return spawnSync('pkg-config', ['--exists', 'fuse3']).status === 0 ? null : 'libfuse3-dev is missing';
}

/**
 * Shows a directory at another place, read-only, with each answer late.
 * @param {string} shown
 * @param {string} scratch a directory outside of it; the kernel remembers for a second what it was told about entries
 */
export function mountDelayed(shown, scratch) {
  const [program, control, at] = ['delayed', 'control', 'mounted'].map((name) => path.join(scratch, name));
  mkdirSync(at, { recursive: true });
  writeFileSync(control, Buffer.alloc(16));
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' }).trim().split(/\s+/);
  execFileSync('gcc', ['-O1', '-o', program, path.join(import.meta.dirname, 'delayed.c'), ...flags]);
  execFileSync(program, ['-o', 'ro,allow_other,max_threads=128,max_idle_threads=128', at, shown, control]);
  const write = (value, index) => {
    const fd = openSync(control, 'r+');
    writeSync(fd, Buffer.from(Int32Array.of(value).buffer), 0, 4, 4 * index);
    closeSync(fd);
  };
  const read = (index) => readFileSync(control).readInt32LE(4 * index);
  return {
    at,
    /** Answers are late by so many microseconds; a negative number holds them back. */
    delay: (microseconds) => write(microseconds, 0),
    /** How many questions there were. */
    questions: () => read(1),
    /** How many waited at the same time, at most, since this was asked the last time. */
    most() {
      const most = read(3);
      write(0, 3);
      return most;
    },
    unmount() {
      write(0, 0);
      spawnSync('umount', ['-l', at]);
    },
  };
}
