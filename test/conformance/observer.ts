import fs from 'node:fs';
import path from 'node:path';
import { textOfBytes } from '../../src/util/byte-string.js';
import type { ByteString } from '../../src/util/byte-string.js';
import type { ProcessResult } from '../harness/index.js';
import { fsoCommand, runProcess } from '../harness/index.js';
import type { Golden } from './golden-parser.js';
import { printable, printableName } from './printable.js';
import type { Step } from './scenario-parser.js';
import { compareBranches } from './tree-compare.js';
import type { World } from './world.js';

type Outcome = 'succeeds' | 'fails' | 'either';

/** Runs git-fso in a world and compares what it does with the golden, section by section. */
export class Observer {
  readonly #world: World;
  readonly #golden: Golden;
  #expectsReached = 0;
  #stdoutsReached = 0;
  #commits: ReadonlyMap<string, string> = new Map();

  constructor(world: World, golden: Golden) {
    this.#world = world;
    this.#golden = golden;
  }

  /** True if the verb is a command or an expectation; it has been carried out then. */
  async perform(step: Step): Promise<boolean> {
    switch (step.verb) {
      case 'fso':
        await this.#fso(step, 'succeeds');
        return true;
      case 'fso-fails':
        await this.#fso(step, 'fails');
        return true;
      case 'fso-any':
        await this.#fso(step, 'either');
        return true;
      case 'fso-out':
        this.#compareOutput(step, (await this.#fso(step, 'succeeds')).stdout.toString('latin1'));
        return true;
      case 'expect':
        await this.#expect();
        return true;
      case 'unmoved':
        await this.#unmoved(step.args);
        return true;
      default:
        return false;
    }
  }

  /** Throws if the golden has sections that the scenario did not reach. */
  finish(): void {
    const { expects, stdouts } = this.#golden;
    if (this.#expectsReached !== expects.length || this.#stdoutsReached !== stdouts.length) {
      throw new Error(
        `reached ${this.#expectsReached} of ${expects.length} expectations and ${this.#stdoutsReached} of ${stdouts.length} outputs`,
      );
    }
  }

  async #fso(step: Step, outcome: Outcome): Promise<ProcessResult> {
    this.#requireSettled();
    const before = this.#world.fingerprint();
    const [command, ...leading] = fsoCommand();
    const args = step.args.map((arg) => textOfBytes(this.#world.expand(arg)));
    fs.mkdirSync(this.#world.shadow, { recursive: true });
    const result = await runProcess(command, [...leading, ...args], { cwd: this.#world.shadow, env: this.#world.env });
    const said = `\n${result.stdout}${result.stderr}`;
    if (result.signal !== null) throw new Error(`ended by ${result.signal}${said}`);
    if (outcome === 'succeeds' && result.status !== 0) throw new Error(`exit status ${result.status}${said}`);
    if (outcome === 'fails' && result.status === 0) throw new Error(`should fail, but exited with 0${said}`);
    this.#requireUntouched(before);
    return result;
  }

  #requireSettled(): void {
    for (const [target, status] of this.#world.observedPaths()) {
      if (this.#world.isFresh(status)) throw new Error(`the scenario does not settle ${this.#world.relativeText(target)}`);
    }
  }

  #requireUntouched(before: ReadonlyMap<ByteString, string>): void {
    const after = this.#world.fingerprint();
    for (const target of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(target) ?? 'absent', after.get(target) ?? 'absent'];
      if (old !== now) throw new Error(`git-fso changed ${this.#world.relativeText(target)} (${old} → ${now})`);
    }
  }

  #compareOutput(step: Step, output: ByteString): void {
    const expected = this.#golden.stdouts[this.#stdoutsReached++];
    if (expected === undefined) throw new Error('the golden has no section for this output');
    const nulTerminated = step.args.includes('-z');
    const records = output.split(nulTerminated ? '\0' : '\n');
    const unterminated = records.pop() ?? '';
    const shown = records.map(nulTerminated ? printableName : printable).sort();
    if (unterminated !== '') shown.push(printable(unterminated), '(last record is not terminated)');
    if (shown.join('\n') !== expected.records.join('\n')) {
      throw new Error(['output differs; golden:', ...expected.records, 'actual:', ...shown].join('\n  '));
    }
  }

  async #expect(): Promise<void> {
    const expected = this.#golden.expects[this.#expectsReached++];
    if (expected === undefined) throw new Error('the golden has no section for this expectation');
    const branches = await this.#readBranches();
    const trees = new Map([...branches].map(([name, { tree }]) => [name, tree]));
    const problem = compareBranches(this.#world.shadow, trees, expected, this.#golden);
    if (problem !== null) throw new Error(problem);
    this.#commits = new Map([...branches].map(([name, { commit }]) => [name, commit]));
  }

  async #unmoved(names: readonly string[]): Promise<void> {
    const branches = await this.#readBranches();
    const checked = names.length > 0 ? names : [...new Set([...branches.keys(), ...this.#commits.keys()])];
    const moved = checked.filter((name) => branches.get(name)?.commit !== this.#commits.get(name));
    if (moved.length > 0) throw new Error(`has a new commit, although nothing changed: ${moved.join(', ')}`);
  }

  async #readBranches(): Promise<Map<string, { commit: string; tree: string }>> {
    const gitDir = path.join(this.#world.shadow, '.git');
    if (!fs.existsSync(gitDir)) return new Map();
    const format = '--format=%(refname:lstrip=2) %(objectname) %(tree)';
    const { stdout } = await this.#world.run('git', [`--git-dir=${gitDir}`, 'for-each-ref', format, 'refs/heads/master-*']);
    const rows = stdout.toString().split('\n').filter((row) => row !== '').map((row) => row.split(' '));
    return new Map(rows.map(([name = '', commit = '', tree = '']) => [name, { commit, tree }]));
  }
}
