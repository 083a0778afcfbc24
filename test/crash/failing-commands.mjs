// Has each call that writes into a shadow repo fail once in each command, and checks that nothing is lost, that the
// command says so, and that the next run goes on.
//
//   node test/crash/failing-commands.mjs [--quick] [--only <part of a name>]...
//
// --quick takes a sample that is the same each time. Other options of run.mjs are accepted and mean nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ENV } from './command.mjs';
import { FailingCalls } from './failing-calls.mjs';
import { CommandLine } from './in-process.mjs';
import { copyWorld, prepare, reposOf, SCENARIOS } from './scenarios.mjs';
import { damageIn, stateOf } from './state.mjs';
import { options, say } from './options.mjs';

const BUNDLE = path.resolve(import.meta.dirname, '../../dist/cli/bundle.cjs');
/** With --quick, these commands alone, and each so many of their calls. */
const QUICK_COMMANDS = [
  'init --shadow',
  'stat',
  'archive',
  'meta set',
  'sot',
  'apply-stub',
  'reinit',
  'stub edit',
  'move',
  'gc',
  'check --repair',
  'rescan',
];
const QUICK_EACH = 40;
const TIDY_EACH = 5;

/** What is wrong with how a command ended in which a call has failed. */
function complaintsAbout({ status, output }, done) {
  // What is noted about a root as a whole, below the shadow root, is no repo's trouble.
  if (/unexpected error|^failed root (?!\S*\/\.git-fso\/)|^ {4}at /m.test(output)) return [`says (status ${status}): ${output}`];
  if (![done, 1, 3].includes(status)) return [`ends with status ${status}: ${output}`];
  return status === done || /^(git-fso|failed \S+): \/\S+: \S/m.test(output) ? [] : [`names no path: ${output}`];
}

/** By what prepares them: no command changes what it is given copies of. */
const worlds = new Map();

function worldOf(scenario, dir) {
  const { prepare: key } = scenario;
  if (!worlds.has(key)) worlds.set(key, prepare(scenario, dir, ENV));
  return worlds.get(key);
}

class Sweep {
  failures = [];
  rounds = 0;

  constructor(name, line, calls, dir) {
    Object.assign(this, { name, line, calls, dir, scenario: SCENARIOS[name] });
    this.world = worldOf(this.scenario, path.join(dir, 'world'));
  }

  /** The exit status when nothing fails. */
  get status() {
    return this.scenario.status ?? 0;
  }

  copy(label) {
    return copyWorld(this.scenario, this.world, path.join(this.dir, label));
  }

  run(world) {
    return this.line.run(this.scenario.args(world), world.shadow);
  }

  state(world) {
    return stateOf(reposOf(this.scenario, world), this.scenario.keepsCommits);
  }

  async damage(world) {
    const found = await Promise.all(reposOf(this.scenario, world).map((repo) => damageIn(repo)));
    return found.filter((one) => one !== null);
  }

  async runAll() {
    const whole = this.copy('whole');
    const { status, output } = await this.run(whole);
    if (status !== this.status) throw new Error(`${this.name}: the run in which nothing fails fails: ${output}`);
    this.expected = await this.state(whole);
    while (await this.failOnce());
    const { failures } = this;
    say(`${failures.length === 0 ? 'ok  ' : 'FAIL'} ${this.name}: ${this.rounds} calls have failed`);
    for (const failure of failures) say(`     ${failure}`);
  }

  /** False if no call was left to fail. */
  async failOnce() {
    const world = this.copy(`run-${this.rounds}`);
    const failed = await this.calls.within(world.shadow, () => this.run(world));
    const isOver = this.calls.failures === 0;
    if (!isOver) {
      const problems = [
        ...complaintsAbout(failed, this.status),
        ...(this.scenario.isDamaged ? [] : await this.damage(world)),
        ...(await this.goOn(world, failed)),
      ];
      this.failures.push(...problems.map((problem) => `${this.calls.last}: ${problem}`));
      this.rounds += 1;
    }
    fs.rmSync(world.shadow, { recursive: true, force: true });
    return !isOver;
  }

  /** What is wrong after the next run, or at once if the command was done. */
  async goOn(world, { status, output }) {
    const problems = [];
    if (status !== this.status && this.scenario.isDone?.(world.shadow) !== true) {
      const again = await this.run(world);
      if (again.status !== this.status) problems.push(`the next run ends with status ${again.status}: ${again.output}; it was: ${output}`);
    }
    if ((await this.state(world)) !== this.expected) problems.push(`ends in other trees (status ${status}): ${output}`);
    problems.push(...(await this.damage(world)));
    return this.rounds % TIDY_EACH === 0 ? [...problems, ...(await this.tidy(world))] : problems;
  }

  /** After gc nothing reminds of the failure, and check agrees. */
  async tidy(world) {
    const problems = [];
    for (const repo of reposOf(this.scenario, world)) {
      const collected = await this.line.run(['gc'], repo);
      if (collected.status !== 0) problems.push(`gc fails: ${collected.output}`);
      const checked = await this.line.run(['check'], repo);
      if (checked.output !== 'no errors found\n') problems.push(`check says: ${checked.output}`);
    }
    return problems;
  }
}

Object.assign(process.env, ENV);
const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-failing-')));
const calls = new FailingCalls({ isChosen: (number) => !options.quick || number % QUICK_EACH === QUICK_EACH / 4 });
const line = await CommandLine.load(BUNDLE);
let [rounds, failures] = [0, 0];
try {
  const isChosen = (name) =>
    options.only.length === 0 ? !options.quick || QUICK_COMMANDS.includes(name) : options.only.some((part) => name.includes(part));
  // Where Git itself is to be killed, no call of Node is.
  for (const name of Object.keys(SCENARIOS).filter((each) => isChosen(each) && SCENARIOS[each].killed === undefined)) {
    const sweep = new Sweep(name, line, calls, path.join(base, name.replace(/\W+/g, '-')));
    calls.failed.clear();
    try {
      await sweep.runAll();
    } finally {
      sweep.scenario.end?.(sweep.world);
    }
    rounds += sweep.rounds;
    failures += sweep.failures.length;
  }
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
for (const error of line.stray) say(`FAIL a promise was rejected that nobody waits for: ${error}`);
say(`${rounds} calls failed, ${failures + line.stray.length} failures`);
process.exitCode = failures + line.stray.length === 0 ? 0 : 1;
