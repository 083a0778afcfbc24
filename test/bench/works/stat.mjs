// Benchmarks of `stat`.
import { expectEqual, expectSound, fso, headOf, recordedFiles, run } from '../lab.mjs';
import { touchOnePercent } from '../trees.mjs';
import { allCores, du, find } from '../yardsticks.mjs';

const COUNTS = [
  { count: 10_000, label: '10k', quick: true },
  { count: 100_000, label: '100k', quick: true },
  { count: 1_000_000, label: '1M' },
  { count: 5_000_000, label: '5M', huge: true },
];

/** @returns the yardsticks of a walk; Git's own only where its index can be made in reasonable time */
function yardsticks(lab, root, { huge = false }, { quick }) {
  if (quick || huge) return { find: find(root) };
  return { find: find(root), 'du -s': du(root), ...allCores(root), 'git status': lab.gitStatus(root) };
}

function initial({ label, ...size }, goals) {
  return {
    name: `initial-${label}`, title: `first \`stat\`, ${label} files`, growth: size.count, ...size, goals,
    prepare(lab, options) {
      const root = lab.smallFiles(size.count);
      const shadow = lab.empty('initial');
      return {
        before: () => lab.shadow('initial', root),
        ours: fso(shadow, 'stat'),
        yardsticks: yardsticks(lab, root, size, options),
        check() {
          expectSound(shadow);
          expectEqual('recorded files', recordedFiles(shadow, 'stat'), size.count);
        },
      };
    },
  };
}

function unchanged({ label, ...size }, goals) {
  return {
    name: `unchanged-${label}`, title: `\`stat\`, nothing changed, ${label} files`, growth: size.count, ...size, goals,
    prepare(lab, options) {
      const root = lab.smallFiles(size.count);
      const shadow = lab.shadow('unchanged', root);
      run(...commandOf(fso(shadow, 'stat')));
      const head = headOf(shadow, 'stat');
      return {
        ours: fso(shadow, 'stat'),
        yardsticks: yardsticks(lab, root, size, options),
        check() {
          expectSound(shadow);
          expectEqual('commit', headOf(shadow, 'stat'), head);
          expectEqual('recorded files', recordedFiles(shadow, 'stat'), size.count);
        },
      };
    },
  };
}

function commandOf({ command: [program, ...args], cwd }) {
  return [program, args, { cwd }];
}

const onePercent = {
  name: 'changed-100k', title: '`stat`, 1 % changed, 100k files', quick: true, goals: { find: { cpu: 2.5 } },
  prepare(lab) {
    const count = 100_000;
    const root = lab.smallFiles(count, '-touched');
    const shadow = lab.shadow('changed', root);
    let time = Math.floor(Date.now() / 1000) - 1_000_000;
    touchOnePercent(root, count, time);
    run(...commandOf(fso(shadow, 'stat')));
    return {
      before() {
        time += 1;
        touchOnePercent(root, count, time);
      },
      ours: fso(shadow, 'stat'),
      yardsticks: { find: find(root) },
      check() {
        expectSound(shadow);
        const changes = run('git', ['-C', shadow, 'diff', '--name-only', 'master-stat~1', 'master-stat']);
        expectEqual('changed files', changes.split('\n').filter((name) => name.endsWith('.dat')).length, count / 100);
      },
    };
  },
};

function ignoreMost({ count, label, quickOnly = false }, goals) {
  return {
    name: `ignore-most-${label}`, title: `\`ignore-most\`, toplevel stat renewed, ${label} files`, quick: quickOnly, quickOnly, goals,
    prepare(lab) {
      const root = lab.smallFiles(count);
      const shadow = lab.shadow('ignore-most', root, 'ignore-most');
      run(...commandOf(fso(shadow, 'stat')));
      return {
        ours: fso(shadow, 'stat', '--mtime-range'),
        yardsticks: { find: find(root), 'du -s': du(root) },
        check() {
          expectSound(shadow);
          const files = /^files: (\d+)$/m.exec(run('git', ['-C', shadow, 'show', 'master-stat:.nogtree']))?.[1];
          expectEqual('files in the summary', Number(files), count);
        },
      };
    },
  };
}

const usr = {
  name: 'usr', title: 'first `stat` of /usr',
  prepare(lab) {
    const shadow = lab.empty('usr');
    return {
      before: () => lab.shadow('usr', '/usr'),
      ours: { ...fso(shadow, 'stat'), allowed: [0, 3] },
      yardsticks: { find: { ...find('/usr'), allowed: [0, 1] }, 'du -s': { ...du('/usr'), allowed: [0, 1] } },
      check: () => expectSound(shadow),
    };
  },
};

const usrUnchanged = {
  name: 'usr-unchanged', title: '`stat` of /usr, nothing changed',
  prepare(lab) {
    const shadow = lab.shadow('usr', '/usr');
    return {
      ours: { ...fso(shadow, 'stat'), allowed: [0, 3] },
      yardsticks: { find: { ...find('/usr'), allowed: [0, 1] }, 'du -s': { ...du('/usr'), allowed: [0, 1] } },
      check: () => expectSound(shadow),
    };
  },
};

const GOALS = {
  'initial-1M': { find: { cpu: 2, wall: 1.3 }, memory: 400 },
  'unchanged-1M': { find: { cpu: 1.2, wall: 0.75 }, memory: 400 },
  'unchanged-100k': { 'git status': { cpu: 1.7 } },
};

export const statWorks = [
  ...COUNTS.flatMap((size) => [initial(size, GOALS[`initial-${size.label}`]), unchanged(size, GOALS[`unchanged-${size.label}`])]),
  onePercent,
  ignoreMost({ count: 100_000, label: '100k', quickOnly: true }),
  ignoreMost({ count: 1_000_000, label: '1M' }, { find: { cpu: 1.4 } }),
  usr,
  usrUnchanged,
];
