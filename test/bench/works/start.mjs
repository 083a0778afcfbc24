// Benchmarks of starting.
import { execFileSync } from 'node:child_process';
import { BIN, expectEqual, expectSound, fso, recordedFiles, run } from '../lab.mjs';
import { nodeAlone } from '../yardsticks.mjs';

const version = {
  name: 'version',
  title: '`git-fso --version`',
  quick: true,
  pairs: 15,
  goals: { 'node -e 0': { cpu: 1.2, wall: 1.2 } },
  prepare: () => ({
    ours: fso('/', '--version'),
    yardsticks: { 'node -e 0': nodeAlone() },
    check: () =>
      expectEqual('output', /^git-fso \d+\.\d+\.\d+/.test(execFileSync(process.execPath, [BIN, '--version'], { encoding: 'utf8' })), true),
  }),
};

const oneFile = {
  name: 'one-file', title: '`stat` of one file', quick: true, pairs: 15,
  prepare(lab) {
    const shadow = lab.shadow('one-file', lab.oneFile());
    run(process.execPath, [BIN, 'stat'], { cwd: shadow });
    return {
      ours: fso(shadow, 'stat'),
      yardsticks: { 'node -e 0': nodeAlone() },
      check() {
        expectSound(shadow);
        expectEqual('records', recordedFiles(shadow, 'stat'), 1);
      },
    };
  },
};

export const startWorks = [version, oneFile];
