import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, tempDir } from '../harness/index.js';
import { run } from './strace.mjs';

interface Round {
  readonly round: number;
  readonly status: number;
  readonly failures: number;
  readonly unrecorded: readonly string[];
  readonly output: string;
}

interface Result {
  readonly rounds: readonly Round[];
  /** Which calls. */
  readonly failed: readonly string[];
  readonly stray: readonly string[];
  readonly last: { readonly status: number; readonly output: string };
  readonly repo: string;
}

const HERE = import.meta.dirname;
const isFull = process.env['FSO_CRASH_FULL'] !== undefined;
const BUNDLE = path.join(HERE, '../../dist/cli/bundle.cjs');

/** Runs the rounds; all but repo b must have been recorded in each, nothing may be damaged, and the last run must do what was left. */
async function rounds(...kind: string[]): Promise<Result> {
  const args = [path.join(HERE, 'failing-writes.mjs'), BUNDLE, tempDir(), ...kind];
  const { status, signal, stdout, stderr } = await run(process.execPath, args, { timeout: 240_000 });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  const result = JSON.parse(stdout) as Result;
  const { stray, last, repo } = result;
  expect(stray).toEqual([]);
  expect(result.rounds.at(-1), 'all calls had their turn').toMatchObject({ failures: 0 });
  expect(result.rounds.filter(({ unrecorded }) => unrecorded.length > 0)).toEqual([]);
  expect(last, last.output).toMatchObject({ status: 0 });
  expect(git(['fsck', '--full', '--strict', '--no-dangling'], repo)).toBe('');
  expect(git(['status', '--porcelain'], repo)).toBe('');
  const left = readdirSync(path.join(repo, '.git/objects/pack')).filter((name) => !/^pack-[0-9a-f]{40}\.(pack|idx|mtimes)$/.test(name));
  // What a mistake has kept from being removed belonged to a process that lived until the end of all rounds; `check --repair` removes it.
  if (!kind.includes('bug')) expect(left).toEqual([]);
  return result;
}

describe('a call that writes into a shadow repo and fails', () => {
  it('costs a run of that repo, never another one or the process', async () => {
    const { rounds: all, failed } = await rounds(...(isFull ? [] : ['sample']));
    expect(failed.length, 'there were calls of all kinds').toBeGreaterThan(100);
    expect(all.filter(({ output }) => /unexpected error|failed root|\n {4}at /.test(output))).toEqual([]);
    // Each call that matters was told, with its path.
    const told = all.filter(({ output }) => /failed \S+\/b: /.test(output));
    expect(told.length).toBeGreaterThan(all.length / 2);
    expect(told.filter(({ output }) => !/failed \S+\/b: \/\S+: \S/.test(output))).toEqual([]);
  }, 250_000);
});

describe('a mistake of the program in one repo', () => {
  it('costs a run of that repo, never another one or the daemon', async () => {
    const { rounds: all } = await rounds('bug');
    const told = all.filter(({ output }) => /failed \S+\/b: .*Cannot read properties of undefined/.test(output));
    expect(told.length).toBeGreaterThan(2);
    const isDaemon = ({ output }: Round): boolean => / started\n/.test(output);
    expect(told.filter((round) => isDaemon(round) && !round.output.endsWith(' stopped\n'))).toEqual([]);
    expect(told.some(isDaemon)).toBe(true);
  }, 250_000);
});
