// Benchmarks of many repos.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expectEqual, expectSound, fso, headOf, run } from '../lab.mjs';
import { find } from '../yardsticks.mjs';

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
      const ours = { ...fso(directory, 'rescan', '--config', config), together: true };
      console.error(`bringing ${count} shadow repos up to date`);
      run(ours.command[0], ours.command.slice(1), { cwd: directory });
      const repos = readdirSync(shadow, { recursive: true }).filter((name) => name.endsWith('.fso')).map((name) => path.join(shadow, name));
      const heads = repos.map((repo) => headOf(repo, 'stat'));
      return {
        ours,
        yardsticks: { find: find(root) },
        check() {
          expectEqual('repos', repos.length, count);
          expectEqual('commits', repos.map((repo) => headOf(repo, 'stat')).join(' '), heads.join(' '));
          expectSound(repos[0]);
        },
        remark({ ours: { cpu, wall }, find: walk }) {
          const each = (seconds) => ((seconds * 1000) / count).toFixed(1);
          return `${each(wall - walk.wall)} ms a repo beyond the walk (CPU ${each(cpu - walk.cpu)} ms)`;
        },
      };
    },
  };
}

export const rescanWorks = [rescan(20, { quick: true, quickOnly: true }), rescan(2000)];
