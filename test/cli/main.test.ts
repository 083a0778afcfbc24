import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, fsoCommand, tempDir } from '../harness/index.js';

const commands = [...fso(['--help'], { cwd: '/' }).stdout.matchAll(/^ {2}([a-z][a-z-]+)(?: |$)/gm)]
  .map((match) => match[1] ?? '')
  .filter((name) => name !== 'help');

const helps = new Map(commands.map((command) => [command, fso([command, '--help'], { cwd: '/' })]));

describe('the command line', () => {
  it.each([...helps])('%s --help shows an example and the exit statuses', (_command, help) => {
    expect(help.status).toBe(0);
    // Commands that only group others show these instead.
    expect(help.stdout).toMatch(/Examples:\n {2}\$ [\s\S]*Exit status:\n {2}0 {2}\w|Commands:/);
  });

  it.each(['stat', 'rescan', 'stub'])('help %s says the same', (command) => {
    expect(fso(['help', command], { cwd: '/' })).toEqual(helps.get(command));
  });

  it('knows the help of commands inside others', () => {
    const wanted = fso(['config', 'check', '--help'], { cwd: '/' });
    expect(wanted.stdout).toContain('Usage: git-fso config check');
    expect(fso(['help', 'config', 'check'], { cwd: '/' })).toEqual(wanted);
    expect(fso(['config', 'help', 'check'], { cwd: '/' })).toEqual(wanted);
    expect(fso(['help'], { cwd: '/' })).toEqual(fso(['--help'], { cwd: '/' }));
    expect(fso(['help', 'sttus'], { cwd: '/' })).toMatchObject({ status: 2, stderr: expect.stringContaining('status') });
  });

  it('lays help out to the width of the terminal, once', () => {
    for (const [command, { stdout }] of helps) {
      expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
      const [, description = ''] = stdout.split('\n\n');
      const paragraph = description.split('\n');
      // A line breaks only where the next word has no room.
      const early = paragraph
        .slice(0, -1)
        .filter((line, index) => line.length + 1 + (paragraph[index + 1]?.split(' ')[0] ?? '').length <= 80);
      if (!description.includes(':\n')) expect([command, early]).toEqual([command, []]);
    }
  });

  it('shows lengths of time as people write them', () => {
    expect(helps.get('gc')?.stdout).toContain('(default: 14d)');
    expect([...helps].filter(([, { stdout }]) => /default: \d{4}/.test(stdout))).toEqual([]);
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
    const result = spawnSync('bash', ['--norc', '-c', `set -o pipefail; ${script}`, 'bash', command, ...leading], { encoding: 'utf8' });
    // 141 if `head` was gone before all was written: what a shell shows for SIGPIPE.
    expect([0, 141]).toContain(result.status);
    expect(result.stderr).toBe('');
  });

  it('says that the output cannot be written', () => {
    const [command, ...leading] = fsoCommand();
    const result = spawnSync('sh', ['-c', '"$@" --help >/dev/full', 'sh', command, ...leading], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^git-fso: the output cannot be written: no space left on device\n$/);
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
    const result = spawnSync('bash', ['--norc', '-c', 'rmdir "$PWD"; exec "$@"', 'bash', command, ...leading, '-C', shadow, 'stat'], {
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
