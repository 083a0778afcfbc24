// Benchmarks of checksums: made, and compared with what is recorded.
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { BIN, ENV, expectEqual, expectSound, fso, recordedFiles, run } from '../lab.mjs';

/**
 * The original git-fso took this long for each file that `stat` recorded, and for each that `sha` did, in seconds: measured once, on two
 * cores.
 */
const ORIGINAL_SECONDS = 0.042 + 0.04;

const filesBelow = (root) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

/** Both checksums of all files with `openssl dgst`, as many processes as there are cores, `perProcess` files in each. */
function openssl(lab, root, perProcess) {
  const list = path.join(lab.scratch, 'openssl-arguments');
  const files = filesBelow(root);
  const calls = [];
  for (let at = 0; at < files.length; at += perProcess) {
    for (const digest of ['-sha1', '-sha256']) calls.push([digest, ...files.slice(at, at + perProcess)]);
  }
  // The last call may have fewer files: padded, since xargs gives each call the same number of arguments.
  for (const call of calls) while (call.length <= perProcess) call.push('/dev/null');
  writeFileSync(list, calls.flat().map((argument) => `${argument}\0`).join(''));
  return {
    command: ['xargs', '-0', '-a', list, '-n', String(perProcess + 1), '-P', String(availableParallelism()), 'openssl', 'dgst'],
    env: ENV,
  };
}

function expectChecksum(shadow, root, file) {
  const record = run('git', ['-C', shadow, 'show', `master-sha:${file}`]);
  for (const digest of ['sha1', 'sha256']) {
    const expected = run('openssl', ['dgst', `-${digest}`, '-r', path.join(root, file)]).split(' ')[0];
    expectEqual(`${digest} of ${file}`, record.includes(`${digest}: "${expected}"`), true);
  }
}

const largeFiles = {
  name: 'sha-large', title: '`sha` of large files', goals: { openssl: { wall: 1 } },
  prepare(lab) {
    const root = lab.largeFiles();
    const shadow = lab.empty('sha');
    return {
      before: () => lab.shadow('sha', root),
      ours: fso(shadow, 'sha'),
      yardsticks: { openssl: openssl(lab, root, 1) },
      check() {
        expectSound(shadow);
        expectChecksum(shadow, root, 'image-0.tif');
      },
      remark: ({ ours }) => `${(lab.largeBytes / 2 ** 20 / ours.wall).toFixed(0)} MiB/s, both checksums`,
    };
  },
};

const statAndSha = {
  name: 'stat-sha-10k', title: 'first `stat` and `sha`, 10k files', quick: true, quickPairs: 1, goals: { remark: '≥ 500×' },
  prepare(lab) {
    const count = 10_000;
    const root = lab.smallFiles(count);
    const shadow = lab.empty('stat-sha');
    return {
      before: () => lab.shadow('stat-sha', root),
      ours: { ...fso(shadow), command: ['bash', '--norc', '-c', '"$0" "$1" stat && "$0" "$1" sha', process.execPath, BIN] },
      yardsticks: { openssl: openssl(lab, root, 100) },
      check() {
        expectSound(shadow);
        for (const facet of ['stat', 'sha']) expectEqual(`records of ${facet}`, recordedFiles(shadow, facet), count);
        expectChecksum(shadow, root, 'part-3/sample-7-of-run.dat');
      },
      remark: ({ ours }) =>
        `${((count * ORIGINAL_SECONDS) / ours.wall).toFixed(0)}× as fast as the original, which took 82 s for 1,000 files`,
    };
  },
};

/** `verify` reads what `sha` has read, and has records to compare with instead of records to write. */
function verify(name, title, filesOf, goals) {
  return {
    name, title, goals,
    prepare(lab) {
      const root = filesOf(lab);
      const shadow = lab.shadow(name, root);
      run(process.execPath, [BIN, 'sha'], { cwd: shadow });
      const other = lab.empty(`${name}-sha`);
      return {
        before: () => lab.shadow(`${name}-sha`, root),
        ours: fso(shadow, 'verify'),
        yardsticks: { 'first `sha`': fso(other, 'sha') },
        check: () => expectSound(shadow),
      };
    },
  };
}

export const shaWorks = [
  largeFiles,
  verify('verify-large', '`verify` of large files', (lab) => lab.largeFiles(), { 'first `sha`': { cpu: 1.05, wall: 1.05 } }),
  verify('verify-100k', '`verify` of 100k small files', (lab) => lab.smallFiles(100_000), { 'first `sha`': { cpu: 1.1, wall: 1.1 } }),
  statAndSha,
];
