import fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runGit, setGitEnvironment } from '../../../src/git/process/run-git.js';
import { git, tempDir } from '../../harness/index.js';
import { newRepository } from '../repository.js';

const environment = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_AUTHOR_NAME: 'leaked', GIT_INDEX_FILE: '/leaked' };
beforeAll(() => setGitEnvironment(environment));
afterAll(() => setGitEnvironment({}));

/** Where programs run by Git would leave a trace. */
function withTraps(dir: string, gitDir: string): string {
  const trace = `${dir}/executed`;
  const script = `${tempDir()}/trap`;
  fs.writeFileSync(script, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
  fs.mkdirSync(`${gitDir}/hooks`, { recursive: true });
  for (const hook of ['pre-commit', 'post-checkout', 'reference-transaction', 'post-index-change'])
    fs.copyFileSync(script, `${gitDir}/hooks/${hook}`);
  git(['config', 'core.fsmonitor', script], dir);
  return trace;
}

/** False for zombies, too, which wait for nothing but a parent that asks for them. */
function isRunning(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('running Git', () => {
  test('passes input and environment, gives status and output, leaks nothing', async () => {
    const { gitDir } = newRepository();
    const made = await runGit(gitDir, ['hash-object', '-w', '--stdin'], { input: Buffer.from([0xff, 0, 10]) });
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const read = await runGit(gitDir, ['cat-file', 'blob', made.stdout.toString().trim()]);
    expect(read.stdout).toEqual(Buffer.from([0xff, 0, 10]));
    expect(await runGit(gitDir, ['rev-parse', '--verify', '-q', 'nothing'])).toMatchObject({ status: 1 });
    const shown = await runGit(gitDir, ['-c', 'alias.show-env=!env', 'show-env'], { env: { GIT_COMMITTER_NAME: 'given' } });
    expect(shown.stdout.toString()).not.toContain('leaked');
    expect(shown.stdout.toString()).toMatch(/^GIT_COMMITTER_NAME=given$/m);
    expect(shown.stdout.toString()).toMatch(/^LC_ALL=C$/m);
  });

  test('executes no hook and no monitor that is configured', async () => {
    const { dir, gitDir } = newRepository();
    git(['commit', '-q', '--allow-empty', '-m', 'x'], dir);
    const trace = withTraps(dir, gitDir);
    fs.writeFileSync(`${dir}/file`, 'x');
    for (const args of [['add', '.'], ['status'], ['update-index', '--refresh'], ['read-tree', '--reset', 'HEAD'], ['prune']]) {
      expect(await runGit(gitDir, args, { workTree: dir })).toMatchObject({ status: 0 });
    }
    expect(fs.existsSync(trace)).toBe(false);
    fs.writeFileSync(`${dir}/file`, 'y');
    git(['status'], dir);
    expect(fs.existsSync(trace)).toBe(true);
  });

  test('works in repositories with any name and any owner, also where Git starts more of itself', async () => {
    for (const name of ['gr\xc3\xbcn', 'caf\xe9 \n\xff']) {
      const base = tempDir();
      const { dir } = newRepository();
      git(['commit', '-q', '--allow-empty', '-m', 'x'], dir);
      fs.renameSync(dir, Buffer.from(`${base}/${name}`, 'latin1'));
      if (process.getuid?.() === 0) fs.chownSync(Buffer.from(`${base}/${name}`, 'latin1'), 12345, 12345);
      const gitDir = `${base}/${name}/.git`;
      fs.writeFileSync(Buffer.from(`${base}/${name}/file`, 'latin1'), 'x');
      expect(await runGit(gitDir, ['add', 'file'], { workTree: `${base}/${name}` })).toMatchObject({ status: 0 });
      const args = ['-c', 'gc.writeCommitGraph=false', 'gc', '-q', '--prune=now'];
      expect(await runGit(gitDir, args)).toEqual({ status: 0, stderr: '', stdout: Buffer.alloc(0) });
      expect(fs.readdirSync(Buffer.from(`${gitDir}/objects/pack`, 'latin1')).some((file) => file.endsWith('.pack'))).toBe(true);
      const listed = await runGit(gitDir, ['status', '--porcelain'], { workTree: `${base}/${name}` });
      expect(listed.stdout.toString()).toBe('A  file\n');
    }
  });

  test('can be stopped, with all that Git started', async () => {
    const { gitDir } = newRepository();
    const marker = `${tempDir()}/pid`;
    const controller = new AbortController();
    const running = runGit(gitDir, ['-c', `alias.hang=!sh -c 'echo $$ > ${marker}; sleep 60 & wait'`, 'hang'], {
      signal: controller.signal,
    });
    while (!fs.existsSync(marker) || fs.readFileSync(marker, 'utf8') === '') await setTimeout(5);
    const start = Date.now();
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(Date.now() - start).toBeLessThan(5000);
    await expect.poll(() => isRunning(fs.readFileSync(marker, 'utf8').trim())).toBe(false);
    await expect(runGit(gitDir, ['version'], { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('says so if there is no Git', async () => {
    const { gitDir } = newRepository();
    setGitEnvironment({ PATH: '/nonexistent' });
    try {
      await expect(runGit(gitDir, ['version'])).rejects.toMatchObject({
        message: 'the program `git` was not found', remedy: 'install Git, or put it on PATH',
      });
    } finally {
      setGitEnvironment(environment);
    }
  });
});
