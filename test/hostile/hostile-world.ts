import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createHere } from '../../src/shadow/create/create-here.js';
import type { SubdirTracking } from '../../src/shadow/stub/subdir-tracking.js';
import { bytesOfText } from '../../src/util/byte-string.js';
import type { TreeSpec } from '../harness/index.js';
import { buildTree, cleanEnvironment, fsoCommand, git, readBranchTree, runProcess, tempDir } from '../harness/index.js';

const NOBODY = '65534';
/** After this many milliseconds a command counts as hanging, on a machine that has much else to do. */
const LIMIT_MS = 40_000;
/** How long a command works before it is interrupted, and how long it may take to end then. */
const WORK_MS = 3000;
const END_MS = 5000;

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostileOptions {
  /** Runs git-fso without the rights of root; see `cannotBeNobody`. */
  readonly asNobody?: boolean;
  /** Another directory than the one below `top`. */
  readonly realdir?: string;
  /** What git-fso may have of memory for its objects, in MiB. */
  readonly heap?: number;
}

/** Why git-fso cannot be run without the rights of root here; undefined if it can. */
export function cannotBeNobody(): string | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  return spawnSync('setpriv', ['--version']).error === undefined ? undefined : 'needs setpriv';
}

/** A directory of somebody who means no good, and the shadow repo that observes it. */
export class HostileWorld {
  readonly top = tempDir('git-fso-hostile-');
  readonly real: string;
  readonly shadow = path.join(this.top, 'shadow');
  private readonly helpers: ChildProcess[] = [];
  private readonly drops: boolean;
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    spec: TreeSpec = {},
    options: HostileOptions = {},
  ) {
    this.real = options.realdir ?? path.join(this.top, 'real');
    if (options.realdir === undefined) buildTree(this.real, spec);
    fs.mkdirSync(this.shadow);
    this.env = cleanEnvironment(options.heap === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${options.heap}` });
    this.drops = options.asNobody === true && process.geteuid?.() === 0;
    if (!this.drops) return;
    fs.chmodSync(this.top, 0o755);
    this.give(this.real, NOBODY);
  }

  /** Makes somebody the owner of a directory and of all in it. */
  give(target: string, user: string): void {
    if (this.drops) spawnSync('chown', ['-hR', `${user}:${user}`, target]);
  }

  /** Runs git-fso in the shadow repo; it has to end by itself. */
  async fso(...args: string[]): Promise<Outcome> {
    const [command, ...leading] = fsoCommand();
    const words = [
      ...(this.drops ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []),
      command,
      ...leading,
      ...args,
    ];
    const [first = command, ...rest] = words;
    // The shadow repo belongs to whoever works on it, so that Git trusts it.
    this.give(this.shadow, NOBODY);
    const result = await runProcess(first, rest, { cwd: this.shadow, env: this.env, timeout: LIMIT_MS });
    this.give(this.shadow, '0');
    const [stdout, stderr] = [result.stdout.toString(), result.stderr.toString()];
    const { status } = result;
    if (status === null) throw new Error(`git-fso ${args.join(' ')} did not end\n${stderr}`);
    return { status, stdout, stderr };
  }

  /** Starts git-fso, lets it work for a while, and asks it to end, which it has to do at once. */
  async fsoInterrupted(...args: string[]): Promise<Outcome> {
    const [command, ...leading] = fsoCommand();
    const child = spawn(command, [...leading, ...args], { cwd: this.shadow, env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, 'close');
    await sleep(WORK_MS);
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(timer);
    if (child.exitCode === null) throw new Error(`git-fso ${args.join(' ')} did not end when it was asked to`);
    return { status: child.exitCode, stdout: '', stderr };
  }

  async init(tracking: SubdirTracking = 'enter-subdirs'): Promise<void> {
    const [directory, realdir] = [this.shadow, this.real].map(bytesOfText);
    await createHere(directory ?? '', realdir ?? '', { env: cleanEnvironment(), waitMs: 0, command: 'test', tracking });
  }

  /**
   * Runs a command that has to succeed, at most with paths that it names as unreadable, and to
   * leave a sound shadow repo.
   */
  async records(...args: string[]): Promise<Outcome> {
    const outcome = await this.fso(...args);
    expect(outcome.stderr).not.toContain('unexpected error');
    expect([0, 3], outcome.stderr).toContain(outcome.status);
    expect(outcome.status === 3, outcome.stderr).toBe(outcome.stderr.includes('could not be read'));
    return outcome;
  }

  /**
   * Records a new shadow repo and checks that nothing is left to record and that it is sound.
   * @returns what `stat` said
   */
  async recordsAll(facets: readonly string[] = ['stat', 'sha']): Promise<Outcome> {
    await this.init();
    const [outcome] = await Promise.all(facets.map((facet) => this.records(facet)));
    expect((await this.records('stat')).stdout).toBe('no changes\n');
    this.requireSound();
    if (outcome === undefined) throw new TypeError('no facet was named');
    return outcome;
  }

  requireSound(): void {
    expect(git(['-c', 'fsck.hasDotgit=ignore', 'fsck', '--full', '--strict', '--no-dangling'], this.shadow)).toBe('');
  }

  /** The records of a branch by path, `.gitignore` aside. */
  recorded(facet = 'stat'): Map<string, string> {
    const tree = readBranchTree(this.shadow, `master-${facet}`);
    tree.delete('.gitignore');
    return new Map([...tree].map(([name, { text }]) => [name, text]));
  }

  /** The text of all objects that the shadow repo has. */
  everythingStored(): string {
    return git(['cat-file', '--batch', '--batch-all-objects', '--buffer'], this.shadow);
  }

  /** Runs a shell script beside git-fso until `end`, or until this process is gone: then its input ends, on which the script is killed. */
  meanwhile(script: string): void {
    const watched = `exec 3<&0 </dev/null; { cat <&3 >/dev/null; kill -s KILL -- -$$; } & ${script}`;
    this.helpers.push(
      spawn('/bin/sh', ['-c', watched], { cwd: this.top, stdio: ['pipe', 'ignore', 'ignore'], env: cleanEnvironment(), detached: true }),
    );
  }

  /** Ends the scripts that were started. */
  end(): void {
    for (const { pid } of this.helpers.splice(0)) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** A submodule's commit in its record; undefined if there is none. */
export function submoduleOf(record: string | undefined): string | undefined {
  return /^submodule: "(.*)"$/m.exec(record ?? '')?.[1];
}
