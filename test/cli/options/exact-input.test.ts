import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, fsoCommand, tempDir } from '../../harness/index.js';

/** A path with any bytes below a directory. */
const bytes = (directory: string, name: string): Buffer => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);

/** Runs git-fso with arguments and variables that are bytes, which only a shell can pass on: Node's own are text. */
function fsoBytes(
  args: readonly (string | Buffer)[],
  cwd: string | Buffer,
  env: Record<string, Buffer> = {},
): { status: number | null; stdout: string; stderr: string } {
  const octal = (value: string | Buffer): string =>
    `"$(printf '${[...Buffer.from(value)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}')"`;
  const exports = Object.entries(env)
    .map(([name, value]) => `export ${name}=${octal(value)}; `)
    .join('');
  const script = `${exports}cd ${octal(cwd)} && exec "$@" ${args.map(octal).join(' ')}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...fsoCommand()], {
    env: cleanEnvironment(),
    encoding: 'latin1',
  });
  return { status, stdout, stderr };
}

describe('operands with names that are not UTF-8', () => {
  const top = tempDir();
  const project = path.join(top, 'project');
  const config = path.join(top, 'git-fso.yml');
  let shadow = '';

  beforeAll(() => {
    mkdirSync(bytes(project, 'M\xfcller/\xe9'), { recursive: true });
    writeFileSync(bytes(project, 'M\xfcller/\xe9/\xff'), 'x');
    mkdirSync(bytes(project, '\x80 work'));
    writeFileSync(config, `shadow: ${top}/shadow\nroots:\n  - path: ${project}\n    facets: [stat, sha, content]\n`);
    for (const run of ['first', 'next']) {
      const { status, stderr } = fsoBytes(['rescan', '--config', config], top);
      expect({ run, status, stderr }).toEqual({ run, status: 0, stderr: '' });
    }
    const mirror = bytes(`${top}/shadow${project}`, 'M\xfcller');
    shadow = `${mirror.toString('latin1')}/${readdirSync(mirror)[0] ?? ''}`;
  });

  it('name what is recorded, and the repo, in every form', () => {
    const repo = Buffer.from(shadow, 'latin1');
    for (const args of [
      ['-C', repo, 'show', Buffer.from('\xe9/\xff', 'latin1')],
      ['-C', repo, 'show', bytes(project, 'M\xfcller/\xe9/\xff')],
    ]) {
      const { status, stdout, stderr } = fsoBytes(args, bytes(project, '\x80 work'));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('sha256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"');
    }
    expect(fsoBytes(['show', Buffer.from('\xe9/\xfe', 'latin1')], repo).stdout).toBe('');
    const set = fsoBytes(['meta', 'set', Buffer.from('\xe9/\xff', 'latin1'), 'note=here'], repo);
    expect(set, set.stderr).toMatchObject({ status: 0 });
    expect(fsoBytes(['meta', 'get', Buffer.from('\xe9/\xff', 'latin1')], repo).stdout).toContain('here');
  });

  it('are told apart by globs of ls', () => {
    const repo = Buffer.from(shadow, 'latin1');
    const names = (...args: (string | Buffer)[]): string[] =>
      fsoBytes(['-C', repo, 'ls', '-z', ...args], top)
        .stdout.split('\0')
        .slice(0, -1)
        .map((line) => line.replace(/^.*\t/, ''));
    const glob = Buffer.from('*/\xff', 'latin1');
    expect(names('--include', glob)).toEqual(['\xe9/\xff']);
    expect(names('--include', Buffer.from('*/\xfe', 'latin1'))).toEqual([]);
    expect(names('--exclude', Buffer.from('\xff', 'latin1'))).not.toContain('\xe9/\xff');
    expect(names('--exclude', Buffer.from('\xfe', 'latin1'))).toContain('\xe9/\xff');
  });

  it('name what is to be observed, and where it went', () => {
    for (const form of ['--observe=']) {
      const own = bytes(top, `own ${form.length} \xe0`);
      mkdirSync(own);
      const option = Buffer.concat([Buffer.from(form), bytes(project, 'M\xfcller')]);
      const { status, stderr } = fsoBytes(['init', '--enter-subdirs', option], own);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(Buffer.concat([own, Buffer.from('/.git/config')]), 'latin1')).toContain(`realdir = ${project}/M\xfcller\n`);
    }
    renameSync(bytes(project, 'M\xfcller'), bytes(project, 'M\xfc\xfc'));
    const moved = fsoBytes(['-C', Buffer.from(shadow, 'latin1'), 'move', bytes(project, 'M\xfc\xfc')], top);
    expect(moved, moved.stderr).toMatchObject({ status: 0 });
    const { status, stdout } = fsoBytes(['list', '--json', '--config', config], top);
    expect(status).toBe(0);
    expect(stdout).toContain(Buffer.from(`${project}/M\xfc\xfc`, 'latin1').toString('base64'));
  });
});

describe('a configuration in which all names are not UTF-8', () => {
  const top = tempDir();
  const config = bytes(top, '\xe9.yml');
  const marks = bytes(top, 'home \xf6');

  beforeAll(() => {
    mkdirSync(bytes(top, '\xff root/repo'), { recursive: true });
    writeFileSync(bytes(top, '\xff root/repo/file'), 'x');
    mkdirSync(marks);
    const hook = '    onChange:\n      - shell: cat >"$HOME/told"; printf %s "$1" >"$HOME/x\xfc"';
    writeFileSync(
      config,
      Buffer.from(
        `shadow: ${top}/shadow \xfe\nmetrics: { textfile: ${top}/metrics }\nroots:\n  - path: ${top}/\xff root\n    facets: ` +
          `[stat]\n${hook}\n      - command: [/bin/sh, -c, 'printf %s "$1" >"$HOME/$2"', sh, "\xe4'b\\n", argument]\n`,
        'latin1',
      ),
    );
    const { status, stderr } = fsoBytes(['rescan'], top, { GIT_FSO_CONFIG: config, HOME: marks });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('is found by the bytes of $GIT_FSO_CONFIG', () => {
    const { status, stdout } = fsoBytes(['list', '--json'], top, { GIT_FSO_CONFIG: config });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Record<string, unknown>)['realdirBytes']).toBe(bytes(top, '\xff root/repo').toString('base64'));
  });

  it('selects roots by the bytes of --root', () => {
    expect(fsoBytes(['list', '--config', config, '--root', bytes(top, '\xff root')], top)).toMatchObject({ status: 0 });
    const other = fsoBytes(['list', '--config', config, '--root', bytes(top, '\xfe root')], top);
    expect(other.status).toBe(2);
    expect(other.stderr).toContain(String.raw`\xfe root: no such root in ${top}/\xe9.yml; there are ${top}/\xff root`);
  });

  it('has a label in metrics that is UTF-8', () => {
    expect(readFileSync(`${top}/metrics`, 'utf8')).toContain(String.raw`git_fso_repos{root="${top}/\\xff root"} 1`);
  });

  it('gives hooks the bytes of the paths in base64, and words and variables as they are', () => {
    const told = JSON.parse(readFileSync(bytes(top, 'home \xf6/told'), 'utf8')) as Record<string, string>;
    expect(told).toMatchObject({ realdir: `${top}/\ufffd root/repo`, realdirBytes: bytes(top, '\xff root/repo').toString('base64') });
    expect(Buffer.from(told['shadowBytes'] ?? '', 'base64').toString('latin1')).toContain(`${top}/shadow \xfe/`);
    expect(readdirSync(marks, 'latin1')).toContain('x\xfc');
    expect(readFileSync(bytes(top, 'home \xf6/argument'), 'latin1')).toBe("\xe4'b\n");
  });

  it('keeps problems, and what was told, of the bytes', () => {
    const gone = bytes(top, '\xff gone');
    renameSync(bytes(top, '\xff root'), gone);
    expect(fsoBytes(['rescan', '--config', config], top).status).toBe(1);
    const { stdout } = fsoBytes(['list', '--problems', '--json', '--config', config], top);
    expect((JSON.parse(stdout) as Record<string, unknown>)['pathBytes']).toBe(bytes(top, '\xff root').toString('base64'));
    expect(fsoBytes(['doctor', '--config', config], top).stdout).toContain(String.raw`${top}/\xff root: `);
    renameSync(gone, bytes(top, '\xff root'));
    const { status } = fsoBytes(['clear-error', '--config', config, bytes(top, '\xff root')], top);
    expect(status).toBe(0);
  });
});
