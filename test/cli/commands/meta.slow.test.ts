import { beforeEach, describe, expect, test } from 'vitest';
import type { FsoResult } from '../../harness/index.js';
import { fso, git } from '../../harness/index.js';
import { makeWorld } from '../../facets/world.js';
import type { World } from '../../facets/world.js';

let world: World;

beforeEach(async () => {
  world = await makeWorld({ a: 'a\n' });
});

const meta = (...args: readonly string[]): FsoResult => fso(['meta', ...args], { cwd: world.shadow });

/** Runs a command that must succeed; its output. */
function done(...args: readonly string[]): string {
  const { status, stdout, stderr } = meta(...args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

const head = (): string => git(['rev-parse', 'master-meta'], world.shadow);

describe('reading', () => {
  test('is empty without the branch', () => {
    expect([done('get'), done('get', 'a'), done('ls')]).toEqual(['{}\n', '{}\n', '']);
  });

  test('lists and prints what was put', () => {
    done('put', 'd/={"b":1,"a":"\u{e9}"}', '.={"x":null}', 'a=b={"y":[-0]}');
    expect(done('ls')).toBe('.={"x":null}\na=b={"y":[-0]}\nd/={"a":"é","b":1}\n');
    expect(done('get', 'd/')).toBe('{"a":"é","b":1}\n');
    expect(done('get')).toBe('{"x":null}\n');
    expect(done('ls', '--json').split('\n')[1]).toBe('{"path":"a=b","metadata":{"y":[-0]}}');
  });
});

describe('changing', () => {
  test('prints the state', () => {
    const output = done('set', '.', 'note=raw data', 'n=1', 'list=[1, "b"]', 's="5"', 'eq=a=b');
    expect(done('get')).toBe('{"eq":"a=b","list":[1,"b"],"n":1,"note":"raw data","s":"5"}\n');
    const uuid = world.repo.uuid ?? '';
    expect(output).toMatch(new RegExp(`^repo: "${uuid}"\\ngitNogCommit: "[0-9a-f]{64}"\\nmetaGitCommit: "${head()}"\\n$`));
    expect(fso(['head'], { cwd: world.shadow }).stdout).toContain(output.split('\n')[1]);
    expect(JSON.parse(done('set', '--json', '.', 'n=1'))).toMatchObject({ metaGitCommit: head(), isNewCommit: false });
  });

  test('removes keys or everything', () => {
    done('put', 'a={"x":1,"y":2,"z":3}');
    done('rm', 'a', 'x', 'y');
    expect(done('get', 'a')).toBe('{"z":3}\n');
    done('rm', 'a');
    expect(done('ls')).toBe('');
  });

  test('takes message and author', () => {
    done('set', '-m', 'Label samples', '--author', 'Ann Other <ann@example.com>', 'a', 'x=1');
    const [subject, author, committer] = git(['log', '-1', '--format=%s%n%an <%ae>%n%cn', 'master-meta'], world.shadow).split('\n');
    expect(subject).toMatch(/^Label samples \d{4}-/);
    expect([author, committer]).toEqual(['Ann Other <ann@example.com>', 'C O Mitter']);
  });

  test('checks what is expected', () => {
    done('set', 'a', 'x=1');
    done('set', '--expect', head(), 'a', 'x=2');
    const mismatch = meta('set', '--expect', git(['rev-parse', 'master-meta~1'], world.shadow), 'a', 'x=3');
    expect(mismatch).toMatchObject({ status: 1, stderr: expect.stringContaining('old meta Git commit mismatch') });
    const state = meta('put', '--expect-git-nog-commit', '0'.repeat(64), 'a={"x":3}');
    expect(state).toMatchObject({ status: 1, stderr: expect.stringContaining('old Git Nog commit mismatch') });
    expect(done('get', 'a')).toBe('{"x":2}\n');
  });

  test.each([
    [['set', 'a', 'x'], 'expected key=value'],
    [['put', 'a'], 'expected path=<JSON object>'],
    [['put', 'a=[1]'], 'not a JSON object'],
    [['put', 'a={"x":}'], 'not JSON'],
    [['put', '={"x":1}'], 'cannot have metadata'],
    [['set', '.git/x', 'x=1'], 'cannot have metadata'],
    [['set', 'a', 'x:y=1'], 'contains a colon'],
    [['set', '--expect', 'abc', 'a', 'x=1'], '40 hexadecimal digits'],
    [['set', '--author', 'nobody', 'a', 'x=1'], '--author'],
    [['set', '-m', 'two\nlines', 'a', 'x=1'], 'only one line'],
    [['set', 'a'], 'missing required argument'],
    [['get', 'a', 'b'], 'too many arguments'],
  ])('%j is wrong usage', (args, message) => {
    expect(meta(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(git(['rev-list', '--count', '--all', '--not', 'master-stub'], world.shadow)).toBe('0');
  });
});
