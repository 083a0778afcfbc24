import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHere } from '../../../src/shadow/create/create-here.js';
import { cleanEnvironment, fsoAsync, fsoCommand, git, runProcess, tempDir } from '../../harness/index.js';
import { canTrace } from '../../harness/opens.js';

const OPTIONS = { env: cleanEnvironment(), waitMs: 0, command: 'test', tracking: 'enter-subdirs' } as const;

let shadow: string;
let real: string;

beforeEach(() => {
  const top = tempDir();
  [shadow, real] = [path.join(top, 'shadow'), path.join(top, 'real')];
  for (const dir of [shadow, real]) fs.mkdirSync(dir);
});

describe('init in an empty directory', () => {
  test.skipIf(!canTrace())('removes nothing of a repo that somebody else has made meanwhile (needs strace)', async () => {
    // Whoever writes the configuration of the new repo waits for two seconds before it is renamed into its place.
    const slowly = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', '-e', 'inject=rename:delay_enter=2000000:when=1'];
    const creation = runProcess('strace', [...slowly, ...fsoCommand(), 'init', '--observe', real], {
      cwd: shadow,
      env: cleanEnvironment(),
    });
    await expect.poll(() => fs.readdirSync(shadow).length, { timeout: 30_000, interval: 20 }).toBe(1);
    git(['init', '-q'], shadow);
    const theirs = fs.readdirSync(path.join(shadow, '.git'), { recursive: true }).sort();
    const { status, stderr } = await creation;
    expect([status, stderr.toString()]).toEqual([1, expect.stringContaining(shadow)]);
    expect(fs.readdirSync(path.join(shadow, '.git'), { recursive: true }).sort()).toEqual(theirs);
    expect(fs.readdirSync(shadow)).toEqual(['.git']);
  });

  test('of several at the same time one succeeds at most, and what it made stays', async () => {
    for (let round = 0; round < 4; round += 1) {
      const results = await Promise.all([1, 2, 3].map(() => fsoAsync(['init', '--observe', real], { cwd: shadow })));
      const done = results.filter(({ status }) => status === 0).length;
      expect(done).toBeLessThanOrEqual(1);
      expect(fs.readdirSync(shadow).sort()).toEqual(
        done === 1 ? ['.git', '.gitattributes', '.gitignore', '.nogbundles'].filter((name) => fs.existsSync(path.join(shadow, name))) : [],
      );
      if (done === 1) expect(git(['status', '--porcelain'], shadow)).toBe('');
      for (const { status, stderr } of results) if (status !== 0) expect(stderr.toString()).toMatch(/: not empty\n/);
      fs.rmSync(shadow, { recursive: true });
      fs.mkdirSync(shadow);
    }
  });

  test('goes on where a process was killed that had the same number', async () => {
    fs.mkdirSync(path.join(shadow, `.git-fso-init-${process.pid}/.git`), { recursive: true });
    fs.writeFileSync(path.join(shadow, '.gitignore'), 'left over');
    await createHere(shadow, real, OPTIONS);
    expect(fs.readdirSync(shadow)).not.toContain(`.git-fso-init-${process.pid}`);
    expect(git(['status', '--porcelain'], shadow)).toBe('');
  });
});
