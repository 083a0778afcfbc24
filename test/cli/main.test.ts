import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, fsoCommand, tempDir } from '../harness/index.js';

const commands = [...fso(['--help'], { cwd: '/' }).stdout.matchAll(/^ {2}([a-z][a-z-]+)(?: |$)/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help');

describe('the command line', () => {
  it.each(commands)('%s --help shows an example and the exit statuses', (command) => {
    const help = fso([command, '--help'], { cwd: '/' });
    expect(help.status).toBe(0);
    // Commands that only group others show these instead.
    expect(help.stdout).toMatch(/Examples:\n {2}\$ [\s\S]*Exit status:\n {2}0 {2}\w|Commands:/);
  });

  it('knows at least the commands of the main job', () => {
    expect(commands).toEqual(expect.arrayContaining(['rescan', 'list', 'discover', 'config', 'init', 'stat', 'status', 'apply-stub']));
  });

  it('suggests what was meant', () => {
    const result = fso(['sttus'], { cwd: '/' });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("unknown command 'sttus'");
    expect(result.stderr).toContain('status');
  });

  it('ends quietly when nobody reads on', () => {
    const [command, ...leading] = fsoCommand();
    const script = '"$@" --help | head -n 1';
    const result = spawnSync('bash', ['-c', `set -o pipefail; ${script}`, 'bash', command, ...leading], { encoding: 'utf8' });
    expect(result).toMatchObject({ status: 0, stderr: '' });
  });

  it('says that the output cannot be written', () => {
    const [command, ...leading] = fsoCommand();
    const result = spawnSync('sh', ['-c', '"$@" --help >/dev/full', 'sh', command, ...leading], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^git-fso: the output cannot be written: .*ENOSPC.*\n$/);
  });

  it('says where there is no shadow repo, and what to do', () => {
    const result = fso(['stat'], { cwd: tempDir() });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/: not a shadow repo of git-fso\n {2}change to a directory <uuid>\.fso/);
  });

  it('works in a directory that was deleted, when told another one', () => {
    const real = tempDir();
    writeFileSync(path.join(real, 'a'), 'a');
    const shadow = fso(['init', '--observe', real, '--shadow', tempDir()], { cwd: '/' }).stdout.trim();
    const gone = path.join(tempDir(), 'gone');
    mkdirSync(gone);
    const [command, ...leading] = fsoCommand();
    const result = spawnSync('bash', ['-c', 'rmdir "$PWD"; exec "$@"', 'bash', command, ...leading, '-C', shadow, 'stat'], {
      cwd: gone,
      encoding: 'utf8',
    });
    rmSync(gone, { recursive: true, force: true });
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/^stat [0-9a-f]{10}: 2 added/);
  });

  it('does not let names talk to the terminal', () => {
    const real = tempDir();
    mkdirSync(path.join(real, '\u001B[2Jrepo'));
    writeFileSync(path.join(real, '\u001B[2Jrepo/.git'), 'gitdir: .git2\n');
    mkdirSync(path.join(real, '\u001B[2Jrepo/.git2/refs'), { recursive: true });
    mkdirSync(path.join(real, '\u001B[2Jrepo/.git2/objects'));
    writeFileSync(path.join(real, '\u001B[2Jrepo/.git2/HEAD'), 'ref: refs/heads/main\n');
    const shadow = fso(['init', '--observe', real, '--shadow', tempDir()], { cwd: '/' }).stdout.trim();
    const result = fso(['-C', shadow, 'stat'], { cwd: '/' });
    expect(result.stderr).toContain('warning: \\x1b[2Jrepo: repository without a commit');
  });
});
