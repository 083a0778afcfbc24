// Has each call that writes into one of three shadow repos fail once, while all three are recorded; prints what
// happened as JSON: `node failing-writes.mjs <bundle of the command line> <empty directory> [sample|bug]`. With
// `sample`, only some of them fail; with `bug`, a sample of all calls there throws what only a mistake of the program would.
import fs from 'node:fs';
import path from 'node:path';
import { FailingCalls } from './failing-calls.mjs';
import { CommandLine } from './in-process.mjs';

const [bundle, top, kind] = process.argv.slice(2);
/** Each so many calls fail. */
const EACH = { sample: 3, bug: 7 }[kind] ?? 1;

const NAMES = ['a', 'b', 'c'];
const project = path.join(top, 'project');
const shadow = path.join(top, 'shadow');
const config = path.join(top, 'git-fso.yml');

function change(round) {
  for (const name of NAMES) {
    const directory = path.join(project, name);
    for (const place of ['', 'deep/er', 'other', 'still/more']) {
      fs.mkdirSync(path.join(directory, place), { recursive: true });
      fs.writeFileSync(path.join(directory, place, 'file'), `${name} ${round}\n`);
      fs.writeFileSync(path.join(directory, place, `new ${round}`), `${name} ${round}\n`);
      fs.rmSync(path.join(directory, place, `new ${round - 1}`), { force: true });
    }
    fs.writeFileSync(path.join(directory, 'README.md'), `# ${name} ${round}\n`);
  }
}

function repoOf(name) {
  const mirror = path.join(shadow, project, name);
  return path.join(mirror, fs.readdirSync(mirror).find((entry) => entry.endsWith('.fso')));
}

function heads(name) {
  return ['stat', 'sha', 'content'].map((facet) => {
    const file = path.join(repoOf(name), `.git/refs/heads/master-${facet}`);
    return fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : null;
  });
}

/** Makes everything due at once. */
function forget() {
  fs.rmSync(path.join(shadow, '.git-fso/problems'), { recursive: true, force: true });
  for (const name of NAMES) {
    for (const facet of ['stat', 'sha', 'content']) fs.rmSync(path.join(repoOf(name), `.git/fso/success-${facet}`), { force: true });
  }
}

fs.mkdirSync(project, { recursive: true });
fs.writeFileSync(config, [
  `shadow: ${shadow}`, 'jobs: 2', 'roots:', `  - path: ${project}`,
  '    facets: [stat, sha, content]', '    schedule: { stat: every 1d, sha: every 1d, content: every 1d }', '',
].join('\n'));
change(0);

// In one round each facet has a failure of its own: all begin with asking for a lock.
const calls = new FailingCalls({
  rearm: (place) => place === '/.git/fso/lock',
  isChosen: (number) => number % EACH === 0,
  ...(kind === 'bug' && { readsToo: true, makeError: () => new TypeError("Cannot read properties of undefined (reading 'length')") }),
});
const line = await CommandLine.load(bundle);
await line.run(['rescan', '--config', config]);
const rounds = [];
for (let round = 1; round < 500; round += 1) {
  change(round);
  const before = { a: heads('a'), c: heads('c') };
  if (round % 2 === 0) forget();
  const args = round % 2 === 0 ? ['daemon', '--once', '--config', config] : ['rescan', '--config', config];
  const { status, output } = await calls.within(repoOf('b'), () => line.run(args));
  const after = { a: heads('a'), c: heads('c') };
  const unrecorded = ['a', 'c'].filter((name) => after[name].some((head, index) => head === before[name][index]));
  rounds.push({ round, status, failures: calls.failures, unrecorded, output });
  if (calls.failures === 0) break;
}
change(500);
const last = await line.run(['rescan', '--config', config]);
fs.writeSync(1, JSON.stringify({ rounds, failed: [...calls.failed], stray: line.stray, last, repo: repoOf('b') }));
