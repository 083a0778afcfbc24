// Benchmarks of filesystems where calls take long.
import { spawnSync } from 'node:child_process';
import { expectEqual, expectSound, fso, recordedFiles } from '../lab.mjs';
import { find } from '../yardsticks.mjs';

/** Each call that asks for an entry takes 2 ms longer, as on a network. */
const DELAYED = [
  'strace',
  '-f',
  '--seccomp-bpf',
  '-o',
  '/dev/null',
  '-e',
  'trace=newfstatat,lstat,statx',
  '-e',
  'inject=newfstatat,lstat,statx:delay_enter=2000',
];

const slowFilesystem = {
  name: 'slow-2k', title: 'first `stat`, 2k files, each lstat 2 ms longer', pairs: 3,
  unavailable: () => (spawnSync(DELAYED[0], [...DELAYED.slice(1), 'true']).status === 0 ? null : 'strace cannot delay calls here'),
  prepare(lab) {
    const count = 2000;
    const root = lab.smallFiles(count);
    const shadow = lab.empty('slow');
    const delayed = ({ command, ...rest }) => ({ ...rest, command: [...DELAYED, ...command] });
    return {
      before: () => lab.shadow('slow', root),
      ours: delayed(fso(shadow, 'stat')),
      yardsticks: { find: delayed(find(root)) },
      check() {
        expectSound(shadow);
        expectEqual('recorded files', recordedFiles(shadow, 'stat'), count);
      },
    };
  },
};

export const slowWorks = [slowFilesystem];
