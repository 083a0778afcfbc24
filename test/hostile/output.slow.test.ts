import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProcessResult } from '../harness/index.js';
import { fsoAsync, tempDir } from '../harness/index.js';

/** As arguments and in the configuration, names are text: ESC, CR, a line of its own, C1, direction of writing, a separator of lines. */
const TEXT = 'n\nFORGED: line\x1b[2J\r\x07\x7f\u009b31m\u202eb\u2028\u061cx';
/** Names of files may also be no text at all. */
const BYTES = Buffer.concat([Buffer.from(TEXT), Buffer.from([0xff, 0x9b, 0xc2])]);

// eslint-disable-next-line no-control-regex
const UNSAFE = /(?![\n\t])[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const below = (directory: string, name: Buffer | string): Buffer => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name)]);

const top = tempDir();
const project = path.join(top, TEXT);
const realdir = path.join(project, TEXT);
const config = path.join(top, 'git-fso.yml');
let shadow = '';

function run(args: readonly string[]): Promise<ProcessResult> {
  return fsoAsync(args, { cwd: top, env: { GIT_FSO_CONFIG: config } });
}

/** What is wrong with what a command says: it must be text without control characters, in which names have not made lines. */
function flawsOf({ stdout, stderr }: ProcessResult): string[] {
  return [stdout, stderr].flatMap((bytes) => {
    const text = bytes.toString('utf8');
    const isText = Buffer.from(text).equals(bytes);
    return [
      ...(isText ? [] : ['not UTF-8']),
      ...(/^FORGED/m.test(text) ? ['a forged line'] : []),
      ...(UNSAFE.exec(text) ?? []).map((found) => JSON.stringify(found)),
    ];
  });
}

/** Runs commands, some at a time; returns those with flaws. */
async function flawed(commands: readonly (readonly string[])[], atATime: number): Promise<unknown[]> {
  const rest = [...commands];
  const found: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let args = rest.shift(); args !== undefined; args = rest.shift()) {
      const said = await run(args);
      const flaws = flawsOf(said);
      if (said.stdout.length + said.stderr.length === 0 && args.at(-1) !== 'status') flaws.push('silence');
      if (flaws.length > 0) found.push([args, flaws]);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return found;
}

beforeAll(() => {
  mkdirSync(realdir, { recursive: true });
  mkdirSync(below(realdir, BYTES));
  writeFileSync(below(realdir, Buffer.concat([BYTES, Buffer.from('/file')])), 'x');
  mkdirSync(path.join(realdir, `${TEXT}dir`));
  writeFileSync(path.join(realdir, `${TEXT}dir`, TEXT), 'x');
  mkdirSync(path.join(realdir, 'nested', TEXT, '.git/refs'), { recursive: true });
  mkdirSync(path.join(realdir, 'nested', TEXT, '.git/objects'));
  writeFileSync(path.join(realdir, 'nested', TEXT, '.git/HEAD'), `ref: refs/heads/${TEXT}\n`);
  symlinkSync(BYTES, path.join(realdir, 'link'));
  writeFileSync(path.join(realdir, 'README.md'), BYTES);
  writeFileSync(path.join(realdir, '.gitignore'), `ignored${TEXT}\n`);
  const root = JSON.stringify(project);
  const hook = JSON.stringify(`cat >&2; printf 'said\\nFORGED\\033[2J' >&2; exit 1 # ${TEXT}`);
  writeFileSync(
    config,
    `shadow: ${top}/shadow\nroots:\n  - path: ${root}\n    name: ${JSON.stringify(TEXT)}\n    facets: [stat, sha, content]\n    ` +
      `schedule: { stat: every 1h }\n    onChange: [{ shell: ${hook} }]\n`,
  );
});

describe('what commands say about hostile names', () => {
  it('is safe where a run tells what it does, and what fails', async () => {
    expect(await flawed([['rescan', '--dry-run'], ['rescan'], ['rescan', '--json']], 1)).toEqual([]);
    const listed = JSON.parse((await run(['list', '--json'])).stdout.toString('utf8').split('\n')[0] ?? '') as { shadow: string };
    ({ shadow } = listed);
    expect(shadow).toContain('\x1b');
  });

  it('is safe with any arguments', async () => {
    expect(
      await flawed(
        [
          ['list'],
          ['list', '--due'],
          ['list', '--problems'],
          ['list', TEXT],
          ['list', '--json'],
          ['discover'],
          ['discover', '--json'],
          ['doctor'],
          ['doctor', '--json'],
          ['config', 'check'],
          ['clear-error', TEXT],
          ['rescan', '--root', TEXT, '--dry-run'],
          ['rescan', '--root', `${TEXT}none`],
          [TEXT],
          [`--${TEXT}`],
          ['list', `--${TEXT}`],
          ['list', '--config', TEXT],
          ['config', 'check', '--config', TEXT],
          ['--wait', TEXT, 'list'],
          ['-C', TEXT, 'status'],
          ['help', TEXT],
          ['generate', TEXT],
          ['generate', 'systemd'],
          ['generate', 'systemd', '--config', TEXT],
          ['init', '--observe', TEXT],
          ['init', '--observe', `/${TEXT}`, '--shadow', `${top}/${TEXT}/in`],
          ['init', '--observe', top, '--uuid', TEXT],
        ],
        4,
      ),
    ).toEqual([]);
  });

  it('is safe in a shadow repo', async () => {
    const commands = [
      ['status'],
      ['stat'],
      ['sha'],
      ['content'],
      ['sot'],
      ['tos'],
      ['archive'],
      ['ls'],
      ['ls', '--json'],
      ['ls', TEXT],
      ['ls', `${TEXT}dir`],
      ['ls', TEXT, TEXT],
      ['ls', '--at', TEXT],
      ['show', 'link'],
      ['show', TEXT],
      ['show', `${TEXT}dir/${TEXT}`],
      ['show', '--json', `${TEXT}dir`],
      ['show', '--raw', TEXT, '.'],
      ['show', '--raw', 'sha', TEXT],
      ['show', 'README.md'],
      ['meta', 'set', `${TEXT}dir/`, `${TEXT}=${TEXT}`],
      ['meta', 'set', '.', `note=${TEXT}`, '--message', TEXT],
      ['meta', 'set', '.', `note=${TEXT}`],
      ['meta', 'ls'],
      ['meta', 'get', `${TEXT}dir/`],
      ['meta', 'set', TEXT, TEXT],
      ['meta', 'put', TEXT],
      ['meta', 'rm', '.', 'note', '--expect', TEXT],
      ['meta', 'rm', '.', 'note', '--author', TEXT],
      ['head'],
      ['summary'],
      ['stub', 'ignore', TEXT],
      ['stub', 'bundle', `${TEXT}dir`],
      ['stub', 'show'],
      ['apply-stub'],
      ['check'],
      ['gc'],
      ['reinit', '--enter-subdirs'],
      ['sha', '--include', TEXT],
      ['stat', '--mtime-range', TEXT],
      ['content', TEXT],
      ['move', TEXT],
      ['move', realdir],
      ['handback'],
    ];
    expect(await flawed(commands.map((args) => ['-C', shadow, ...args]), 1)).toEqual([]);
  });

  it('is exact with -z, --raw and, by its escapes, with --json', async () => {
    writeFileSync(below(realdir, Buffer.concat([BYTES, Buffer.from('new')])), 'x');
    expect(
      (await run(['-C', shadow, 'status', '-z'])).stdout.includes(Buffer.concat([Buffer.from('? '), BYTES, Buffer.from('new\0')])),
    ).toBe(true);
    expect((await run(['-C', shadow, 'show', '--raw', 'content', 'README.md'])).stdout.equals(BYTES)).toBe(true);
    const rows = (await run(['-C', shadow, 'ls', '--json'])).stdout
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string });
    expect(rows.map((row) => row.path)).toContain(`${TEXT}dir/${TEXT}`);
  });
});
