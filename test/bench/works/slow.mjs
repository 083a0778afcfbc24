// Benchmarks where each call takes long: filesystems that are far away, and caches that are empty.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mountDelayed, whyNoFuse } from '../../harness/fuse/delayed-filesystem.mjs';
import { BIN, expectEqual, expectSound, fso, recordedFiles, run } from '../lab.mjs';
import { find } from '../yardsticks.mjs';

const FILES = 20_000;

/** 20,000 files in 1,110 directories, three levels of ten. */
function farTree(lab) {
  return lab.made('far-20k', (root) => {
    for (let i = 0; i < 1000; i += 1) {
      const directory = path.join(root, ...[...String(i).padStart(3, '0')].map((digit) => `part-${digit}`));
      mkdirSync(directory, { recursive: true });
      for (let file = 0; file < FILES / 1000; file += 1) writeFileSync(path.join(directory, `sample-${file}.dat`), '');
    }
  });
}

/** Each call that asks for entries takes 2 ms longer, as on a network; so do those on the shadow repo, and at the start of Node. */
const CALLS = 'newfstatat,statx,getdents64,openat';
const DELAYED = ['strace', '-f', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:delay_exit=2000`];

/** A first run, or one that finds everything as before. */
function walk(kind, root, lab, check) {
  const name = `slow-${kind}`;
  const shadow = kind === 'first' ? lab.empty(name) : lab.shadow(name, root);
  if (kind !== 'first') run(process.execPath, [BIN, 'stat'], { cwd: shadow });
  return {
    before: () => kind === 'first' && lab.shadow(name, root),
    ours: fso(shadow, 'stat'),
    yardsticks: { find: find(root) },
    check() {
      expectSound(shadow);
      expectEqual('recorded files', recordedFiles(shadow, 'stat'), check);
    },
  };
}

function traced(kind, title) {
  return {
    name: `slow-20k-${kind}`, title, pairs: 3, goals: { find: { wall: 0.06 } },
    unavailable: () => (spawnSync(DELAYED[0], [...DELAYED.slice(1), 'true']).status === 0 ? null : 'strace cannot delay calls here'),
    prepare(lab) {
      const delayed = ({ command, ...rest }) => ({ ...rest, command: [...DELAYED, ...command] });
      const work = walk(kind, farTree(lab), lab, FILES);
      return { ...work, ours: delayed(work.ours), yardsticks: { find: delayed(work.yardsticks.find) } };
    },
  };
}

function mounted(kind, title) {
  return {
    name: `fuse-20k-${kind}`, title, pairs: 3,
    unavailable: whyNoFuse,
    prepare(lab) {
      const far = mountDelayed(farTree(lab), lab.empty(`fuse-${kind}`));
      process.on('exit', () => far.unmount());
      const work = walk(kind, far.at, lab, FILES);
      far.delay(2000);
      return work;
    },
  };
}

const DROP = '/proc/sys/vm/drop_caches';

/** With caches dropped before each run, as a nightly run may find them. */
function cold(kind, title) {
  return {
    name: `cold-100k-${kind}`, title, pairs: 3,
    unavailable: () => (process.getuid?.() === 0 && existsSync(DROP) ? null : 'only root may drop caches'),
    prepare(lab) {
      const count = 100_000;
      const emptied = ({ command, ...rest }) => ({
        ...rest, command: ['bash', '--norc', '-c', `sync; echo 3 > ${DROP} && "$@"`, 'bash', ...command],
      });
      const work = walk(kind, lab.smallFiles(count), lab, count);
      return { ...work, ours: emptied(work.ours), yardsticks: { find: emptied(work.yardsticks.find) } };
    },
  };
}

export const slowWorks = [
  traced('first', 'first `stat`, 20k files in 1,110 directories, each call 2 ms longer'),
  traced('unchanged', '`stat`, nothing changed, the same'),
  mounted('first', 'first `stat`, 20k files on FUSE, each answer 2 ms late'),
  mounted('unchanged', '`stat`, nothing changed, the same'),
  cold('first', 'first `stat`, 100k files, nothing cached'),
  cold('unchanged', '`stat`, nothing changed, 100k files, nothing cached'),
];
