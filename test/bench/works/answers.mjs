// Benchmarks of questions that records answer, against plain Git on the same repo.
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { changedOn, pathOf, shadowWithHistory, timeAfter } from '../histories.mjs';
import { ENV, expectEqual, fso, run } from '../lab.mjs';
import { makeProjects } from '../trees.mjs';

const LARGE = { files: 1_000_000, days: 1000, changes: 200 };
const SMALL = { files: 20_000, days: 100, changes: 50 };

const lineCount = ({ command, cwd, env }) => {
  const script = '"$@" | wc -l';
  return Number(run('bash', ['--norc', '-c', script, 'bash', ...command], { cwd, env }));
};

function logOf(name, shape, choice) {
  return {
    name, title: `\`log <path>\`, ${shape.files / 1000}k files, ${shape.days} commits`, goals: { 'git log': { cpu: 1.5 } }, ...choice,
    prepare(lab) {
      const shadow = shadowWithHistory(lab, shape);
      const file = pathOf(changedOn(shape.days - 1, 0, shape.files));
      const ours = fso(shadow, 'log', '--no-moves', file);
      const git = { command: ['git', 'log', '--format=%H', 'master-stat', '--', file], cwd: shadow, env: ENV };
      return { ours, yardsticks: { 'git log': git }, check: () => expectEqual('states', lineCount(ours), lineCount(git)) };
    },
  };
}

function diffOf(name, shape, days, choice) {
  return {
    name, title: `\`diff\` of ${days} days, ${shape.files / 1000}k files`, goals: { 'git diff --raw': { cpu: 1.5 } }, ...choice,
    prepare(lab) {
      const shadow = shadowWithHistory(lab, shape);
      const ours = fso(shadow, 'diff', '--since', timeAfter(shape.days - 1 - days));
      const git = { command: ['git', 'diff', '--raw', `master-stat~${days}`, 'master-stat'], cwd: shadow, env: ENV };
      // One more for the totals; both list the record of the toplevel.
      return { ours, yardsticks: { 'git diff --raw': git }, check: () => expectEqual('lines', lineCount(ours), lineCount(git) + 1) };
    },
  };
}

function diffOfRepos(count, choice) {
  return {
    name: `diff-repos-${count}`, title: `\`diff\` over ${count} repos, a file changed in each tenth`, goals: { remark: '≤ 5 s' }, ...choice,
    prepare(lab) {
      const root = lab.made(`projects-changing-${count}`, (directory) => makeProjects(directory, count));
      const directory = lab.empty('diff');
      const config = path.join(directory, 'git-fso.yml');
      writeFileSync(
        config,
        `shadow: ${directory}/shadow\nroots:\n  - path: ${root}\n    naming: { rule: SubdirLevel, level: 1 }\n` +
          `    limits: { newRepos: ${count} }\n`,
      );
      const rescan = (date) => {
        const { command } = fso(directory, 'rescan', '--config', config);
        run('env', [`GIT_COMMITTER_DATE=${date}`, ...command], { cwd: directory });
      };
      rescan('2001-01-01T00:00:00Z');
      const changed = readdirSync(root).filter((_name, index) => index % 10 === 0);
      const now = Date.now() / 1000;
      for (const name of changed) utimesSync(path.join(root, name, 'file-0.csv'), now, now);
      rescan('2002-01-01T00:00:00Z');
      const ours = fso(directory, 'diff', '--config', config, '--since', '2001-06-01');
      const script = `for repo in $(find shadow -name '*.fso'); do git -C "$repo" diff --raw master-stat~1 master-stat; done`;
      const git = { command: ['bash', '--norc', '-c', script], cwd: directory, env: ENV };
      return {
        ours,
        yardsticks: { 'git diff in each': git },
        check() {
          const said = run(ours.command[0], ours.command.slice(1), { cwd: directory });
          expectEqual('changed files', / (\d+) modified/.exec(` ${said.split('\n').at(-2)}`)?.[1], String(changed.length));
        },
        remark: ({ ours: { wall } }) => `${wall.toFixed(1)} s`,
      };
    },
  };
}

export const answerWorks = [
  logOf('log-1m', LARGE, { huge: true }),
  logOf('log-20k', SMALL, { quick: true }),
  diffOf('diff-1m', LARGE, 100, { huge: true }),
  diffOf('diff-20k', SMALL, 20, { quick: true }),
  diffOfRepos(2000, { huge: true }),
  diffOfRepos(20, { quick: true, quickOnly: true }),
];
