// Benchmarks of newer versions of Node: the same work, with the same compiled code ahead, as the Node that runs this.
import path from 'node:path';
import { BIN, ENV, expectEqual, fso, headOf, run } from '../lab.mjs';
import { otherNode } from '../other-nodes.mjs';
import { find, nodeAlone } from '../yardsticks.mjs';

const MAJORS = [22, 24, 26];
const NEWEST = MAJORS.at(-1);

const COMPILE = path.resolve(import.meta.dirname, '../../../bin/compile.cjs');

/** Nothing may be slower than with the Node that everything else here is measured with. */
const THIS_NODE = `Node ${process.versions.node.split('.')[0]}`;

const SIZES = [
  {
    label: 'one-file', what: '`stat` of one file', pairs: 15, realdir: (lab) => lab.oneFile(),
    others: (node) => ({ 'node -e 0': nodeAlone(node) }),
  },
  {
    label: '100k', what: '`stat`, nothing changed, 100k files', realdir: (lab) => lab.smallFiles(100_000),
    others: (_node, lab, root) => ({ find: find(root), 'git status': lab.gitStatus(root) }),
    goals: { 'git status': { cpu: 1.3 } },
  },
  {
    label: '1M', what: '`stat`, nothing changed, 1M files', pairs: 3, realdir: (lab) => lab.smallFiles(1_000_000),
    others: (_node, _lab, root) => ({ find: find(root) }),
  },
];

function withNode(major, { label, what, pairs, realdir, others, goals }) {
  const name = `node-${major}-${label}`;
  return {
    name, title: `${what}, Node ${major}`, pairs, goals: { [THIS_NODE]: { cpu: 1, wall: 1 }, ...(major === NEWEST && goals) },
    unavailable(lab) {
      if (process.versions.node.startsWith(`${major}.`)) return 'everything is measured with that Node';
      return otherNode(lab.trees, major) === null ? 'that Node cannot be installed from the registry' : null;
    },
    prepare(lab) {
      const node = otherNode(lab.trees, major);
      const bundle = path.resolve(BIN, '../../dist/cli/bundle.cjs');
      run(node, [COMPILE, bundle]);
      const root = realdir(lab);
      const shadow = lab.shadow(name, root);
      run(process.execPath, [BIN, 'stat'], { cwd: shadow });
      const head = headOf(shadow, 'stat');
      return {
        ours: { command: [node, BIN, 'stat'], cwd: shadow, env: ENV },
        yardsticks: { [THIS_NODE]: fso(shadow, 'stat'), ...others(node, lab, root) },
        check: () => expectEqual('commit', headOf(shadow, 'stat'), head),
      };
    },
  };
}

export const nodeWorks = MAJORS.flatMap((major) => SIZES.map((size) => withNode(major, size)));
