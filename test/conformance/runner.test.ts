import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { git, tempDir } from '../harness/index.js';
import { parseGolden } from './golden-parser.js';
import { printable, printableName } from './printable.js';
import { runScenario } from './run-scenario.js';
import { parseScenario } from './scenario-parser.js';

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const WORLD = 'mkdir real\nwrite real/a "1\\n"\nsettle 1500000000\n';

describe('the parser of scenarios', () => {
  test('knows quotes, escapes and bytes', () => {
    const { steps } = parseScenario('write "a b" "\\x01\\n\\"\\\\"  \tplain\n');
    expect(steps[0]?.args).toEqual(['a b', '\x01\n"\\', 'plain']);
  });

  test('takes the lines after a step as its block', () => {
    const { title, tags, steps } = parseScenario('title  a story\ntags x y\n\n# comment\nstub f\n| one\n|\nexpect end\n');
    expect({ title, tags }).toEqual({ title: 'a story', tags: ['x', 'y'] });
    expect(steps.map(({ verb, block, rest }) => [verb, block, rest])).toEqual([['stub', 'one\n\n', 'f'], ['expect', null, 'end']]);
  });

  test.each(['write "open', '| block'])('rejects %j', (text) => {
    expect(() => parseScenario(text)).toThrow('line 1');
  });
});

test('bytes are shown as in the goldens', () => {
  expect(printable('é\n"\xff\x7f'.replace('é', '\xc3\xa9'))).toBe('é\\x0a"\\xff\\x7f');
  expect(printableName('plain \xc3\xa9')).toBe('plain é');
  expect(printableName(' x')).toBe('" x"');
  expect(printableName('a\n\\\xed\xa0\x80')).toBe('"a\\n\\\\\\xed\\xa0\\x80"');
});

describe('the runner notices when git-fso', () => {
  let script: string;

  beforeEach(() => {
    script = path.join(tempDir(), 'fake git-fso');
    vi.stubEnv('GIT_FSO_BIN', `/bin/sh '${script}'`);
  });
  afterEach(() => void vi.unstubAllEnvs());

  async function outcome(fake: string, steps: string, golden = ''): Promise<string> {
    fs.writeFileSync(script, fake);
    try {
      await runScenario(parseScenario(`${WORLD}${steps}`), parseGolden(golden));
      return 'as expected';
    } catch (error) {
      return String(error);
    }
  }

  const COMMIT = `git init -q; git update-ref refs/heads/master-stat $(git commit-tree -m "$1" ${EMPTY_TREE})`;
  const recorded = (branch: string, tree: string): string => `=== expect 1: x\n--- ${branch} ${tree}\n`;

  test('does as it should', async () => {
    expect(await outcome(COMMIT, 'fso stat\nexpect x\nunmoved\n', recorded('master-stat', EMPTY_TREE))).toBe('as expected');
    expect(await outcome('echo b; echo a', 'fso-out status\n', '=== stdout 1: status\n  a\n  b\n')).toBe('as expected');
  });

  test('exits with the wrong status', async () => {
    expect(await outcome('echo why >&2; exit 3', 'fso stat\n')).toContain('exit status 3\nwhy');
    expect(await outcome('exit 0', 'fso-fails stat\n')).toContain('should fail');
    expect(await outcome('exit 3', 'fso-any stat\n')).toBe('as expected');
  });

  test.each([
    ['writes', 'echo >> ../real/a'],
    ['changes a mode', 'chmod 600 ../real/a'],
    ['changes a time', 'touch -d @1 ../real/a'],
    ['creates', 'touch -d @1 ../real/b; touch -d @1500000000 ../real'],
    ['removes', 'rm ../real/a; touch -d @1500000000 ../real'],
    ['changes and restores', 'chmod 600 ../real/a; chmod 644 ../real/a'],
  ])('%s in the real directory', async (_title, fake) => {
    expect(await outcome(fake, 'fso stat\n')).toMatch(/git-fso changed real/);
  });

  test('records another tree, too many or too few branches', async () => {
    const other = EMPTY_TREE.replace('4', '5');
    expect(await outcome(COMMIT, 'fso stat\nexpect x\n', recorded('master-stat', other))).toContain(`golden ${other}`);
    expect(await outcome(COMMIT, 'fso stat\nexpect x\n', '=== expect 1: x\n')).toContain('master-stat should not exist');
    expect(await outcome(COMMIT, 'fso stat\nexpect x\n', recorded('master-sha', EMPTY_TREE))).toContain('master-sha is missing');
  });

  test('makes a commit although nothing changed', async () => {
    const steps = 'fso stat one\nexpect x\nfso stat two\nunmoved\n';
    const fake = COMMIT.replace('"$1"', '"$2"');
    expect(await outcome(fake, steps, recorded('master-stat', EMPTY_TREE))).toContain('new commit');
  });

  test('prints something else, or no newline at the end', async () => {
    const golden = '=== stdout 1: status\n  a\n';
    expect(await outcome('echo b', 'fso-out status\n', golden)).toContain('output differs');
    expect(await outcome('printf a', 'fso-out status\n', golden)).toContain('not terminated');
  });

  test('is not asked for all that the golden has', async () => {
    expect(await outcome('', 'fso stat\n', recorded('master-stat', EMPTY_TREE))).toContain('reached 0 of 1');
  });
});

test('nested repositories get the same commits everywhere', async () => {
  const dir = tempDir();
  vi.stubEnv('GIT_FSO_BIN', `cp -r ../real/sub '${dir}/copy'; true`);
  const steps = 'repo real/sub\nwrite real/sub/f "1\\n"\ncommit real/sub\nsettle 1500000000\nfso x\n';
  await runScenario(parseScenario(steps), parseGolden(''));
  vi.unstubAllEnvs();
  expect(git(['rev-parse', 'HEAD'], path.join(dir, 'copy'))).toBe('5f60d60104f3882564f69f45d4b977dfbedf3cbb');
});
