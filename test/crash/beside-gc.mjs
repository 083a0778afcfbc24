// Has an administrator's Git collect garbage at each moment of commands that record: before each of their calls that
// writes into the shadow repo, in one run before all of them, and in others before one of them.
//
//   node test/crash/beside-gc.mjs [--quick] [--only <part of a name>]...
//
// --quick takes a sample that is the same each time. Other options of run.mjs are accepted and mean nothing.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ENV } from './command.mjs';
import { hookCalls } from './hooked-fs.mjs';
import { CommandLine } from './in-process.mjs';
import { copyWorld, prepare, SCENARIOS } from './scenarios.mjs';
import { damageIn, stateOf } from './state.mjs';
import { options, say } from './options.mjs';

const BUNDLE = path.resolve(import.meta.dirname, '../../dist/cli/bundle.cjs');
const COMMANDS = [
  'stat',
  'sha',
  'verify',
  'content',
  'archive',
  'sot',
  'tos',
  'meta set',
  'apply-stub',
  'reinit',
  'stub ignore',
  'stub bundle',
  'stub edit',
];
/** What removes temporary files of whomever, and what packs everything besides. */
const COLLECTORS = { prune: ['prune', '--expire=now'], gc: ['gc', '-q', '--prune=now'] };
/** With --quick, these commands alone, and before one call of so many. */
const QUICK_COMMANDS = ['stat', 'meta set', 'stub ignore'];
const QUICK_EACH = 7;

/** Which directory's calls count, and what is to be done before the call of a number. */
let watched = { directory: null, isChosen: () => false, collector: [], count: 0 };

Object.assign(process.env, ENV);
hookCalls((call, file) => {
  // What is not among the objects, garbage collection leaves alone; but a lock that Git finds held makes it wait.
  if (watched.directory === null || !file.startsWith(`${watched.directory}/.git/objects/`)) return;
  watched.count += 1;
  watched.last = `${call} ${file.slice(watched.directory.length)}`;
  if (!watched.isChosen(watched.count)) return;
  watched.at = watched.last;
  spawnSync('git', watched.collector, { cwd: watched.directory, env: ENV, stdio: 'ignore' });
});
const line = await CommandLine.load(BUNDLE);

class Sweep {
  failures = [];
  runs = 0;

  constructor(name, dir) {
    Object.assign(this, { name, dir, scenario: SCENARIOS[name] });
    this.world = prepare(this.scenario, path.join(dir, 'world'), ENV);
  }

  /** Runs the command once; returns the state that it has left, and how many calls there were. */
  async record(collector, isChosen) {
    const world = copyWorld(this.scenario, this.world, path.join(this.dir, `run-${this.runs++}`));
    watched = { directory: world.shadow, isChosen, collector: COLLECTORS[collector], count: 0, at: 'no call' };
    const { status, output } = await line.run(this.scenario.args(world), world.shadow);
    const { count, at } = watched;
    watched.directory = null;
    const state = await stateOf([world.shadow], this.scenario.keepsCommits);
    const damage = await damageIn(world.shadow);
    fs.rmSync(world.shadow, { recursive: true });
    const { status: done = 0 } = this.scenario;
    const problems = [...(status === done ? [] : [`status ${status}: ${output}`]), ...(damage === null ? [] : [damage])];
    if (this.expected !== undefined && state !== this.expected) problems.push(`other trees: ${output}`);
    this.failures.push(...problems.map((problem) => `${collector} before ${at}: ${problem}`));
    return { state, count };
  }

  async runAll() {
    const { state, count } = await this.record('prune', () => false);
    this.expected = state;
    // All of gc takes long: once is enough for those who write in the same way.
    for (const collector of options.quick && this.name !== 'stat' ? ['prune'] : Object.keys(COLLECTORS))
      await this.record(collector, () => true);
    const step = options.quick ? QUICK_EACH : 1;
    for (let number = 1; number <= count; number += step)
      await this.record(!options.quick && number % 2 === 0 ? 'gc' : 'prune', (each) => each === number);
    say(`${this.failures.length === 0 ? 'ok  ' : 'FAIL'} ${this.name}: ${this.runs} runs, ${count} calls in each`);
    for (const failure of this.failures) say(`     ${failure}`);
    return count;
  }
}

const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-beside-gc-')));
let failures = 0;
let least = Infinity;
try {
  const isChosen = (name) =>
    options.only.length === 0 ? !options.quick || QUICK_COMMANDS.includes(name) : options.only.some((part) => name.includes(part));
  for (const name of COMMANDS.filter((each) => each in SCENARIOS && isChosen(each))) {
    const sweep = new Sweep(name, path.join(base, name.replace(/\W+/g, '-')));
    try {
      least = Math.min(least, await sweep.runAll());
    } finally {
      sweep.scenario.end?.(sweep.world);
    }
    failures += sweep.failures.length;
  }
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
for (const error of line.stray) say(`FAIL a promise was rejected that nobody waits for: ${error}`);
failures += line.stray.length;
say(`${failures} failures; at least ${least} calls in each command`);
process.exitCode = failures === 0 && least > 10 ? 0 : 1;
