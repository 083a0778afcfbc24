import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logCommits } from '../../src/git/history-log.js';
import { oidToHex } from '../../src/git/object-id.js';
import { git } from '../harness/index.js';
import { newRepository } from './repository.js';

describe('the log', () => {
  test('is that of git log: loose, packed, with merges, below a directory with any name', async () => {
    const { dir, gitDir } = newRepository();
    const commit = (message: string, seconds: number): string =>
      git(['commit', '-q', '--allow-empty', '-m', message], dir, { env: { GIT_AUTHOR_DATE: `${seconds} -0330`, GIT_COMMITTER_DATE: `${seconds} -0330` } });
    for (let i = 0; i < 8; i++) commit(`number ${i} gr\u00fcn`, 1_500_000_000 + i * 100);
    git(['checkout', '-q', '-b', 'side', 'HEAD~4'], dir);
    commit('aside', 1_500_000_550);
    git(['checkout', '-q', 'master'], dir);
    git(['merge', '-q', '-m', 'both\n\nwith a body', 'side'], dir, { env: { GIT_COMMITTER_DATE: '1500009000 +0000', GIT_AUTHOR_DATE: '1500009000 +0000' } });
    const expected = git(['log', '--format=%H|%P|%an|%ad|%B', '--date=raw', 'master'], dir).split(/\n\n(?=[0-9a-f]{40}\|)/);
    const ours = async (at: string, limit?: number): Promise<string[]> => (await logCommits(at, 'refs/heads/master', limit === undefined ? {} : { limit }))
      .map(({ oid, commit: { parents, author, message } }) =>
        `${oidToHex(oid)}|${parents.map(oidToHex).join(' ')}|${author.name}|${author.seconds} ${author.timezone}|${message}`.trimEnd());
    expect((await ours(gitDir)).sort()).toEqual(expected.map((text) => text.trimEnd()).sort());
    expect((await ours(gitDir))[0]).toMatch(/both\n\nwith a body$/);
    git(['gc', '-q'], dir);
    expect(await ours(gitDir, 3)).toEqual((await ours(gitDir)).slice(0, 3));
    fs.renameSync(dir, Buffer.from(`${dir}-\xe9`, 'latin1'));
    expect(await ours(`${dir}-\xe9/.git`)).toHaveLength(10);
    fs.renameSync(Buffer.from(`${dir}-\xe9`, 'latin1'), dir);
  });

  test('of a ref that does not exist is empty; a hole in it is an error', async () => {
    const { dir, gitDir } = newRepository();
    expect(await logCommits(gitDir, 'refs/heads/master')).toEqual([]);
    git(['commit', '-q', '--allow-empty', '-m', 'x'], dir);
    const first = git(['rev-parse', 'HEAD'], dir);
    git(['commit', '-q', '--allow-empty', '-m', 'y'], dir);
    const second = git(['rev-parse', 'HEAD'], dir);
    fs.rmSync(`${gitDir}/objects/${first.slice(0, 2)}/${first.slice(2)}`);
    await expect(logCommits(gitDir, 'refs/heads/master')).rejects.toThrow(`${gitDir}: the history of ${second} cannot be read: `);
    expect(await logCommits(gitDir, 'refs/heads/master', { limit: 1 })).toHaveLength(1);
  });
});
