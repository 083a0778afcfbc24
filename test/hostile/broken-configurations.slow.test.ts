import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fso, tempDir } from '../harness/index.js';

const COMMANDS = [['list'], ['list', '--problems'], ['discover'], ['doctor'], ['rescan']];
const top = tempDir();
const LONG = 'n'.repeat(300);

/** Runs each command with a configuration; none may take a refusal of the system for a bug. */
function tryAll(config: string): string[] {
  return COMMANDS.map((command) => {
    const { status, stdout, stderr } = fso([...command, '--config', `${top}/${config}`], { cwd: top, timeout: 20_000 });
    const said = `${stdout}${stderr}`;
    expect({ command, status, said: said.slice(0, 2000) }).toEqual({
      command,
      status: expect.any(Number) as number,
      said: expect.not.stringMatching(/unexpected error|^ +at |Error: E[A-Z]+|E[A-Z]{4,}:/m) as string,
    });
    return said;
  });
}

function write(name: string, shadow: string, root: string, more = ''): void {
  writeFileSync(`${top}/${name}.yml`, `shadow: ${shadow}\n${more}roots: [{path: ${root}}]\n`);
}

beforeAll(() => {
  mkdirSync(`${top}/root/a`, { recursive: true });
  symlinkSync('circle-2', `${top}/circle`);
  symlinkSync('circle', `${top}/circle-2`);
  symlinkSync('loop.yml', `${top}/loop.yml`);
  mkdirSync(`${top}/directory.yml`);
  expect(spawnSync('mkfifo', [`${top}/fifo`, `${top}/fifo.yml`]).status).toBe(0);
  write('good', `${top}/shadow`, `${top}/root`);
  write('shadow-circle', `${top}/circle`, `${top}/root`);
  write('shadow-long', `${top}/${LONG}`, `${top}/root`);
  write('shadow-file', `${top}/good.yml`, `${top}/root`);
  write('shadow-fifo', `${top}/fifo`, `${top}/root`);
  write('root-circle', `${top}/shadow`, `${top}/circle`);
  write('root-behind-circle', `${top}/shadow`, `${top}/circle/x`);
  write('root-long', `${top}/shadow`, `${top}/${LONG}`);
  write('root-path-too-long', `${top}/shadow`, `${top}${'/d'.repeat(2500)}`);
  write('root-file', `${top}/shadow`, `${top}/good.yml`);
  write('root-fifo', `${top}/shadow`, `${top}/fifo`);
  write('metrics-circle', `${top}/shadow`, `${top}/root`, `metrics: {textfile: ${top}/circle/m}\n`);
});

describe('a configuration that cannot be read', () => {
  it.each([
    ['loop.yml', 'too many symbolic links encountered'],
    ['good.yml/x', 'not a directory'],
    ['directory.yml', 'is not a regular file'],
    ['fifo.yml', 'is not a regular file'],
    ['nowhere.yml', 'no such configuration file'],
  ])('is named with the reason: %s', (name, reason) => {
    const { status, stderr } = fso(['doctor', '--config', `${top}/${name}`], { cwd: top, timeout: 20_000 });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(`git-fso: ${top}/${name}: `) as string });
    expect(stderr).toContain(reason);
  });
});

describe('a configuration that names what cannot be used', () => {
  it.each([
    ['shadow-circle', /circle: .*too many symbolic links/],
    ['shadow-long', /name too long/],
    ['shadow-file', /not a directory/],
    ['shadow-fifo', /not a directory/],
    ['root-circle', /circle.*too many symbolic links/],
    ['root-behind-circle', /circle.*too many symbolic links/],
    ['root-long', /name too long/],
    ['root-path-too-long', /name too long/],
    ['root-file', /not a directory/],
    ['root-fifo', /not a directory/],
    ['metrics-circle', /circle.*too many symbolic links/],
  ])('is told in words by all commands, without a stack trace: %s', (name, reason) => {
    const said = tryAll(`${name}.yml`);
    expect(said[COMMANDS.findIndex(([command]) => command === 'doctor')]).toMatch(reason);
  });

  it('does not end doctor, which tells the rest', () => {
    const { stdout } = fso(['doctor', '--config', `${top}/shadow-circle.yml`], { cwd: top });
    expect(stdout).toMatch(/\d+ findings\n$/);
    expect(stdout).toMatch(/symbolic links lead in circles|remove links that lead in circles/);
  });
});
