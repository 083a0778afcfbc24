import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { textOfBytes } from '../../src/util/byte-string.js';
import type { BranchEntry } from '../harness/index.js';
import { fsoCommand, git, readBranchTree, runProcess } from '../harness/index.js';
import { gitSteps } from './git-steps.js';
import { realSteps } from './real-steps.js';
import type { Step } from './scenario-parser.js';
import { parseScenario } from './scenario-parser.js';
import { World } from './world.js';

const DATA = path.resolve(import.meta.dirname, '../../fixtures/conformance');

process.umask(0o022);

interface Run {
  readonly args: string;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a scenario has come to when it says `expect`. */
class Reached {
  constructor(
    private readonly world: World,
    /** Each run of git-fso since the last `expect`. */
    readonly runs: readonly Run[],
  ) {}

  tree(branch: string): Map<string, BranchEntry> {
    return readBranchTree(this.world.shadow, branch);
  }

  /** The record of a path; undefined if there is none. */
  record(branch: string, file: string): string | undefined {
    return this.tree(branch).get(file)?.text;
  }

  /** The output of git-fso for the n-th run with these arguments. */
  output(args: string, index = 0): string {
    const run = this.runs.filter((each) => each.args === args)[index];
    if (run === undefined) throw new Error(`git-fso ${args} was not run`);
    return run.stdout + run.stderr;
  }

  headOf(directory: string): string {
    return git(['rev-parse', 'HEAD'], path.join(this.world.top, directory));
  }
}

/** Carries out a scenario without a golden; `expectations` are called at one `expect` after the other. */
async function follow(name: string, expectations: readonly ((reached: Reached) => void)[]): Promise<void> {
  const { steps } = parseScenario(fs.readFileSync(path.join(DATA, `${name}.scn`), 'latin1'));
  const world = new World();
  let runs: Run[] = [];
  let reached = 0;
  try {
    for (const step of steps) {
      const action = realSteps[step.verb] ?? gitSteps[step.verb];
      if (action !== undefined) await action(world, step);
      else if (step.verb.startsWith('fso')) runs.push(await runFso(world, step.args));
      else {
        expect(step.verb).toBe('expect');
        expect(runs.map(({ args, status }) => `${args}: ${status}`)).toEqual(runs.map(({ args }) => `${args}: 0`));
        expectations[reached++]?.(new Reached(world, runs));
        runs = [];
      }
    }
    expect(reached).toBe(expectations.length);
    const facets = ['stat', 'sha', 'content'].filter((facet) =>
      steps.some(({ verb, args }) => verb.startsWith('fso') && args[0] === facet),
    );
    for (const facet of facets) expect((await runFso(world, [facet])).stdout, 'a further run').toBe('no changes\n');
  } finally {
    await world.remove();
  }
}

async function runFso(world: World, args: Step['args']): Promise<Run> {
  const [command, ...leading] = fsoCommand();
  const given = args.map((arg) => textOfBytes(world.expand(arg)));
  const result = await runProcess(command, [...leading, ...given], { cwd: world.shadow, env: world.env });
  const { status } = result;
  return { args: given.join(' '), status, stdout: result.stdout.toString(), stderr: result.stderr.toString() };
}

/** The record of a whole tree with one directory. */
function treeStat(name: string, mtime: number, files: number, size: number): string {
  return `name: "${name}"\nmtime: ${mtime}\ndirs: 1\nfiles: ${files}\nlinks: 0\nothers: 0\nsize: ${size}\n`;
}

test('content that was added by hand below a subdirectory is followed like a toplevel file', () =>
  follow('fails-content-manual-in-subdir', [
    (reached) => {
      expect(reached.record('master-content', 'docs/d.txt')).toBe('d\nmore\n');
      expect(reached.record('master-content', 'README.md')).toBe('r\n');
      expect(reached.output('content', 2), 'the first run after the change').not.toContain('no changes');
      expect(reached.output('content', 3)).toBe('no changes\n');
    },
  ]));

test('the record of a file that became a FIFO is removed, and all else is recorded', () =>
  follow('fails-file-to-fifo', [
    (reached) => expect(reached.record('master-stat', 'f')).toBeDefined(),
    (reached) => {
      expect(reached.output('status --stat').split('\n').sort()).toEqual(['', '? sub/y', 'D f', 'M .']);
      for (const branch of ['master-stat', 'master-sha']) {
        expect([...reached.tree(branch).keys()]).toEqual(['.gitignore', '.nogtree', 'sub/.nogtree', 'sub/x', 'sub/y']);
      }
      expect(reached.record('master-stat', '.nogtree')).toContain('\nothers: 1\n');
    },
    (reached) => expect(reached.record('master-stat', '.nogtree')).toContain('\nothers: 0\n'),
  ]));

test('of nogbundles inside one another the innermost is recorded, and stays', () => {
  const first: string[] = [];
  return follow('fails-nested-bundles', [
    (reached) => {
      expect(reached.record('master-stat', 'data/inner')).toBe(treeStat('inner', 1_500_000_000, 1, 2));
      expect(reached.record('master-stat', 'data/.nogtree')).toBe('name: "data"\nmtime: 1500000000\n');
      first.push(...[...reached.tree('master-stat')].map(([name, { oid }]) => `${name} ${oid}`));
    },
    (reached) => {
      expect(reached.output('stat')).toBe('no changes\n');
      expect([...reached.tree('master-stat')].map(([name, { oid }]) => `${name} ${oid}`)).toEqual(first);
      expect(reached.record('master-sha', 'data/inner')).toBe('name: "inner"\n');
      expect(reached.record('master-sha', 'data/.nogtree')).toBe('name: "data"\n');
      expect(reached.output('sha', 1)).toBe('no changes\n');
    },
  ]);
});

test('a file that is deleted from the stub is deleted from the branches, and its rules count no more', () =>
  follow('fails-stub-file-deleted', [
    (reached) => {
      for (const branch of ['master-stat', 'master-sha', 'master-content']) {
        expect([...reached.tree(branch).keys()].filter((name) => name.startsWith('.git'))).toEqual(['.gitignore']);
      }
      // Without its attribute the directory is no nogbundle any more, and the stub ignores directories.
      expect(reached.record('master-stat', 'a')).toBeUndefined();
      expect(reached.record('master-sha', 'a')).toBeUndefined();
    },
  ]));

test('a submodule that loses its commits becomes a tree stat without one, with a warning', () =>
  follow('fails-submodule-loses-commits', [
    (reached) => {
      const record = reached.record('master-stat', 'sub') ?? '';
      expect(record).toMatch(/^name: "sub"\nmtime: \d+\ndirs: \d+\nfiles: \d+\nlinks: 0\nothers: 0\nsize: \d+\n$/);
      expect(reached.record('master-sha', 'sub')).toBe('name: "sub"\n');
      expect(reached.record('master-stat', 'b')).toBeDefined();
      expect(reached.output('stat', 1)).toContain('warning: sub: repository without a commit');
      expect(reached.output('status --stat').split('\n').sort()).toContain('M sub');
    },
  ]));

test('a repository without commits is a tree stat, with a warning, until it has its first commit', () =>
  follow('fails-submodule-without-commits', [
    (reached) => {
      expect(reached.output('status --stat').split('\n').sort().slice(0, 4)).toEqual(['', '? .', '? a', '? sub/']);
      expect(reached.record('master-stat', 'sub')).toMatch(/^name: "sub"\n(?!.*submodule)[^]*\nsize: \d+\n$/);
      expect(reached.record('master-sha', 'sub')).toBe('name: "sub"\n');
      expect(reached.record('master-stat', 'a')).toBeDefined();
      expect(reached.output('stat')).toContain('warning: sub: repository without a commit');
    },
    (reached) => {
      const head = reached.headOf('real/sub');
      expect(reached.record('master-stat', 'sub')).toContain(`\nsubmodule: "${head}"\n`);
      expect(reached.record('master-sha', 'sub')).toBe(`name: "sub"\nsubmodule: "${head}"\n`);
    },
  ]));
