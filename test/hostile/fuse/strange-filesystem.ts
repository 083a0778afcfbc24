import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { tempDir } from '../../harness/index.js';

/** A mounted filesystem of strange.c, which says what is in it. */
export interface StrangeFilesystem {
  readonly at: string;
  /** Lets all directories be listed, or not. */
  show(isShown: boolean): void;
  unmount(): void;
}

/** Whether such a filesystem can be built and mounted here. */
export function canMountStrange(): boolean {
  return (
    process.getuid?.() === 0 &&
    fs.existsSync('/dev/fuse') &&
    spawnSync('gcc', ['--version']).status === 0 &&
    spawnSync('pkg-config', ['--exists', 'fuse3']).status === 0
  );
}

/** Builds and mounts the filesystem on a directory, in the background. */
export function mountStrange(at: string): StrangeFilesystem {
  const dir = tempDir();
  const program = path.join(dir, 'strange');
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' }).trim().split(/\s+/);
  execFileSync('gcc', ['-o', program, path.join(import.meta.dirname, 'strange.c'), ...flags]);
  const shown = path.join(dir, 'shown');
  fs.mkdirSync(at, { recursive: true });
  execFileSync(program, ['-o', 'attr_timeout=0,entry_timeout=0', at, shown]);
  return {
    at,
    show: (isShown) => (isShown ? fs.writeFileSync(shown, '') : fs.rmSync(shown, { force: true })),
    unmount: () => void execFileSync('umount', ['-l', at]),
  };
}
