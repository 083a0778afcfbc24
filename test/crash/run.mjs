// Kills git-fso at every call that changes a file, and checks that nothing is lost and that the next run goes on. Then has
// the same calls fail, and Git collect garbage before each of them: failing-commands.mjs and beside-gc.mjs.
//
//   node test/crash/run.mjs [--quick] [--only <part of a name>]... [--jobs <n>] [--keep]
//
// --quick takes a sample that is the same each time. Kills are skipped where strace cannot trace.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BIN, ENV, withoutFlock } from './command.mjs';
import { options } from './options.mjs';
import { copyWorld, prepare, reposOf, SCENARIOS } from './scenarios.mjs';
import { damageIn, stateOf } from './state.mjs';
import { canTrace, killAt, run, trace } from './strace.mjs';

const QUICK_KILLS = 5;
/** How often to try to kill a process at a certain call. */
const ATTEMPTS_MAX = 60;

class Sweep {
  constructor(name, scenario, dir) {
    Object.assign(this, { name, scenario, dir, kills: 0, missed: 0, failures: [] });
    this.env = scenario.withoutFlock ? withoutFlock(path.join(dir, 'bin')) : ENV;
    this.world = prepare(scenario, path.join(dir, 'world'), ENV);
  }

  /** The exit status of the command when nobody kills it. */
  get status() {
    return this.scenario.status ?? 0;
  }

  /** A copy of the world's shadow for one run. The realdir is only read, and so shared. */
  copy(number) {
    return copyWorld(this.scenario, this.world, path.join(this.dir, `run-${number}`));
  }

  async runAll() {
    const { scenario } = this;
    const whole = this.copy('whole');
    const { result, calls } = await trace(process.execPath, [BIN, ...scenario.args(whole)], {
      directory: whole.shadow, log: path.join(this.dir, 'strace.log'), options: { cwd: whole.shadow, env: this.env },
    });
    if (result.status !== this.status) throw new Error(`${this.name}: the run that is not killed fails: ${result.stdout}${result.stderr}`);
    const expected = await stateOf(this.reposOf(whole), scenario.keepsCommits);
    const targets = scenario.targets ?? calls;
    const stride = options.quick ? Math.max(1, Math.floor(targets.length / QUICK_KILLS)) : 1;
    const queue = targets.filter((_, index) => index % stride === Math.floor(stride / 2)).entries();
    const worker = async () => {
      for (const [number, target] of queue) await this.killOnce(number, target, expected);
    };
    await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
    console.log(
      `${this.failures.length === 0 ? 'ok  ' : 'FAIL'} ${this.name}: ${this.kills} kills at ${targets.length} ` +
        `points${this.missed === 0 ? '' : `, ${this.missed} of them never hit`}`,
    );
    for (const failure of this.failures) console.log(`     ${failure}`);
  }

  reposOf(world) {
    return reposOf(this.scenario, world);
  }

  async killOnce(number, target, expected) {
    const world = this.copy(number);
    const args = [BIN, ...this.scenario.args(world)];
    const surroundings = { cwd: world.shadow, env: this.env };
    const problems = [];
    try {
      problems.push(await this.kill(number, world, args, target, surroundings));
      if (!this.scenario.isDamaged) for (const repo of this.reposOf(world)) problems.push(await damageIn(repo));
      if (this.scenario.isDone?.(world.shadow) !== true) {
        const again = await run(process.execPath, args, surroundings);
        if (again.status !== this.status) problems.push(`the next run ends with status ${again.status}: ${again.stdout}${again.stderr}`);
      }
      if ((await stateOf(this.reposOf(world), this.scenario.keepsCommits)) !== expected) problems.push('the next run ends in other trees');
      for (const repo of this.reposOf(world)) problems.push(await damageIn(repo), ...(number % 5 === 0 ? await this.tidy(repo) : []));
    } catch (error) {
      problems.push(String(error));
    }
    for (const problem of problems.filter((one) => one !== null))
      this.failures.push(`killed before ${target.line.slice(0, 200)}: ${problem}`);
    if (!options.keep || problems.every((one) => one === null)) fs.rmSync(world.shadow, { recursive: true, force: true });
  }

  /** Returns what is wrong with the way in which the command ended. */
  async kill(number, world, args, target, surroundings) {
    if (this.scenario.killed === undefined) {
      for (let [attempt, next] = [1, target]; attempt <= ATTEMPTS_MAX; attempt += 1) {
        const log = path.join(this.dir, `strace-${number}.log`);
        const kill = await killAt(process.execPath, args, next, { directory: world.shadow, log, options: surroundings });
        fs.rmSync(log);
        if (kill.isHit) {
          this.kills += 1;
          return null;
        }
        next = kill.next;
        fs.rmSync(world.shadow, { recursive: true });
        this.copy(number);
      }
      this.missed += 1;
      return null;
    }
    const env = this.scenario.killed(world, target, this.env);
    const { status, stderr } = await run(process.execPath, args, { ...surroundings, env });
    if (status === 0) return null;
    this.kills += 1;
    return stderr.startsWith('git-fso: /') ? null : `ends with a message that names no path: ${stderr}`;
  }

  /** After gc nothing reminds of the crash, and check agrees. */
  async tidy(repo) {
    const surroundings = { cwd: repo, env: this.env };
    const collected = await run(process.execPath, [BIN, 'gc'], surroundings);
    if (collected.status !== 0) return [`gc fails: ${collected.stderr}`];
    const checked = await run(process.execPath, [BIN, 'check'], surroundings);
    return checked.stdout === 'no errors found\n' ? [] : [`check says: ${checked.stdout}${checked.stderr}`];
  }
}

async function killAll() {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-crash-')));
  const started = Date.now();
  let [kills, missed, failures] = [0, 0, 0];
  try {
    const chosen = Object.entries(SCENARIOS).filter(
      ([name]) => options.only.length === 0 || options.only.some((part) => name.includes(part)),
    );
    for (const [name, scenario] of chosen) {
      const sweep = new Sweep(name, scenario, path.join(base, name.replace(/\W+/g, '-')));
      try {
        await sweep.runAll();
      } finally {
        scenario.end?.(sweep.world);
      }
      kills += sweep.kills;
      missed += sweep.missed;
      failures += sweep.failures.length;
    }
  } finally {
    if (options.keep) console.log(base);
    else fs.rmSync(base, { recursive: true, force: true });
  }
  console.log(`${kills} kills, ${missed} points never hit, ${failures} failures, ${Math.round((Date.now() - started) / 1000)} s`);
  return failures === 0;
}

/** Runs another program of this folder with the same options. */
function isFine(program) {
  console.log(`\n${program}`);
  return (
    spawnSync(process.execPath, [path.join(import.meta.dirname, program), ...process.argv.slice(2)], { stdio: 'inherit' }).status === 0
  );
}

const canKill = await canTrace();
if (!canKill) console.log('skipped: strace cannot trace here');
const outcomes = [!canKill || (await killAll()), isFine('failing-commands.mjs'), isFine('beside-gc.mjs')];
if (outcomes.includes(false)) process.exitCode = 1;
