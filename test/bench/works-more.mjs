// Benchmarks of checksums, of many repos, and of starting.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { BIN, ENV, expectEqual, expectSound, fso, headOf, recordedFiles, run } from './lab.mjs';

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

function rescan(count, choice) {
  return {
    name: `rescan-${count}`, title: `\`rescan\` of ${count} repos, nothing changed`, goals: { remark: '≤ 5 ms a repo' }, ...choice,
    prepare(lab) {
      const root = lab.projects(count);
      const directory = lab.empty('rescan');
      const config = path.join(directory, 'git-fso.yml');
      // Kept for later, since creating so many takes minutes.
      const shadow = path.join(lab.trees, `shadow-${count}`);
      writeFileSync(config, `shadow: ${shadow}\nroots:\n  - path: ${root}\n    naming: { rule: SubdirLevel, level: 1 }\n`);
      const ours = fso(directory, 'rescan', '--config', config);
      console.error(`bringing ${count} shadow repos up to date`);
      run(ours.command[0], ours.command.slice(1), { cwd: directory });
      const repos = readdirSync(shadow, { recursive: true }).filter((name) => name.endsWith('.fso')).map((name) => path.join(shadow, name));
      const heads = repos.map((repo) => headOf(repo, 'stat'));
      return {
        ours,
        yardsticks: { find: { command: ['find', root, '-printf', '%p %s %T@\\n'] } },
        check() {
          expectEqual('repos', repos.length, count);
          expectEqual('commits', repos.map((repo) => headOf(repo, 'stat')).join(' '), heads.join(' '));
          expectSound(repos[0]);
        },
        remark({ ours: { cpu, wall }, find }) {
          const each = (seconds) => ((seconds * 1000) / count).toFixed(1);
          return `${each(wall - find.wall)} ms a repo beyond the walk (CPU ${each(cpu - find.cpu)} ms)`;
        },
      };
    },
  };
}

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
      yardsticks: { find: delayed({ command: ['find', root, '-printf', '%p %s %T@\\n'] }) },
      check() {
        expectSound(shadow);
        expectEqual('recorded files', recordedFiles(shadow, 'stat'), count);
      },
    };
  },
};

const START = { command: [process.execPath, '-e', '0'], env: ENV };

const version = {
  name: 'version',
  title: '`git-fso --version`',
  quick: true,
  pairs: 15,
  goals: { 'node -e 0': { cpu: 1.2, wall: 1.2 } },
  prepare: () => ({
    ours: fso('/', '--version'),
    yardsticks: { 'node -e 0': START },
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
      yardsticks: { 'node -e 0': START },
      check() {
        expectSound(shadow);
        expectEqual('records', recordedFiles(shadow, 'stat'), 1);
      },
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

export const moreWorks = [
  largeFiles,
  verify('verify-large', '`verify` of large files', (lab) => lab.largeFiles(), { 'first `sha`': { cpu: 1.05, wall: 1.05 } }),
  verify('verify-100k', '`verify` of 100k small files', (lab) => lab.smallFiles(100_000), { 'first `sha`': { cpu: 1.1, wall: 1.1 } }),
  statAndSha,
  rescan(20, { quick: true, quickOnly: true }),
  rescan(2000),
  slowFilesystem,
  version,
  oneFile,
];
