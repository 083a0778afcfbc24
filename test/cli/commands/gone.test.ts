import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fsPath } from '../../../src/util/byte-string.js';
import { buildTree, cleanEnvironment, fso, fsoCommand, runProcess, tempDir } from '../../harness/index.js';

/** A repo whose files were all there at one time, and of which `kept` is left. */
function shrunkRepo(goneAt: string): string {
  const top = tempDir();
  const realdir = buildTree(path.join(top, 'real'), { kept: '1', 'a\xff': 'x'.repeat(3000), 'd/e/f': '22', 'd/l': { symlink: 'x' } });
  const repo = path.join(top, 'shadow');
  fs.mkdirSync(repo);
  const run = (args: string[], date: string): void => {
    const env = { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
    expect(fso(args, { cwd: repo, env })).toMatchObject({ status: 0 });
  };
  run(['init', '--observe', realdir], '2026-01-01T00:00:00Z');
  run(['stat'], '2026-01-02T00:00:00Z');
  fs.rmSync(path.join(realdir, 'd'), { recursive: true });
  fs.rmSync(fsPath(`${realdir}/a\xff`));
  run(['stat'], goneAt);
  fs.appendFileSync(path.join(realdir, 'kept'), 'more');
  run(['stat'], '2026-01-08T00:00:00Z');
  return repo;
}

let shadow: string;

beforeAll(() => {
  shadow = shrunkRepo('2026-01-05T00:00:00Z');
});

/** Runs git-fso with arguments as a shell reads them. */
async function shell(words: string, cwd: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const command = fsoCommand().map((word) => `'${word}'`).join(' ');
  const options = { cwd, env: cleanEnvironment(), timeout: 60_000 };
  const { status, stdout, stderr } = await runProcess('bash', ['-c', `${command} ${words}`], options);
  return { status, stdout: stdout.toString('latin1'), stderr: stderr.toString('latin1') };
}

test.each([
  ['d/e/f', 'a file of 2 B'],
  ['d/l', 'a symbolic link'],
  ['d', 'a directory with 1 file, 2 B'],
  [String.raw`$'a\xff'`, 'a file of 2.9 KiB'],
])('show and ls of %s, which is gone, say when and how big it was, and name a command that shows it', async (word, what) => {
  for (const command of ['show', 'ls']) {
    const { status, stderr } = await shell(`${command} ${word}`, shadow);
    expect(status).toBe(1);
    const [since, before] = ['2026-01-05T00:00:00+00:00', '2026-01-02T00:00:00+00:00'];
    expect(stderr).toContain(`: not recorded since ${since}; it was last recorded at ${before}, ${what}\n`);
    const remedy = /^ +git-fso (show .*) shows it$/m.exec(stderr)?.[1] ?? expect.unreachable(stderr);
    expect((await shell(remedy, shadow)).status).toBe(0);
  }
  const asked = await shell(`show --at 2026-01-06 ${word}`, shadow);
  expect(asked.stderr).toContain('not recorded since 2026-01-05');
});

test('the command names the repo where that was named, and a commit where time does not tell', async () => {
  const { stderr } = await shell(`-C ${shrunkRepo('2026-01-02T00:00:00Z')} show d/e/f`, '/');
  const remedy = /^ +git-fso (-C \S+ ls [0-9a-f]{40} d\/e\/f) shows it$/m.exec(stderr)?.[1] ?? expect.unreachable(stderr);
  expect((await shell(remedy, '/')).stdout).toMatch(/ 2 .*\td\/e\/f\n$/);
});

test.each(['never', 'kept/x', '.gitignore'])('show %s, which never was there, is not recorded', async (word) => {
  const { stderr } = await shell(`show ${word}`, shadow);
  expect(stderr).toContain(`${word}: not recorded\n`);
});
