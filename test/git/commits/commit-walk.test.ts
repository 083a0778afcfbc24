import fs from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { walkCommits } from '../../../src/git/commits/commit-walk.js';
import { hashObject, oidFromHex, oidToHex } from '../../../src/git/objects/object-id.js';
import { git, tempDir } from '../../harness/index.js';
import { newRepository } from '../repository.js';

const commit = (dir: string, ...args: string[]): string => {
  git(['commit', '-q', '--allow-empty', '-m', 'gr\u00fcn\n\nwith a body', ...args], dir);
  return git(['rev-parse', 'HEAD'], dir);
};

async function walked(gitDir: string, start: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { oid, tree } of walkCommits(gitDir, oidFromHex(start))) found.push(`${oidToHex(oid)} ${oidToHex(tree)}`);
  return found.sort();
}

const logged = (dir: string): string[] => git(['log', '--format=%H %T', 'HEAD'], dir).split('\n').sort();

describe('the walk through a history', () => {
  test('finds the commits that git log finds: loose, packed, with merges, below a directory with any name', async () => {
    const { dir, gitDir } = newRepository();
    for (let i = 0; i < 8; i++) {
      fs.writeFileSync(path.join(dir, 'file'), String(i));
      git(['add', '.'], dir);
      commit(dir);
    }
    git(['checkout', '-q', '-b', 'side', 'HEAD~4'], dir);
    commit(dir, '--author', 'B <b@example.com>');
    git(['checkout', '-q', 'master'], dir);
    git(['merge', '-q', '-m', 'both', 'side'], dir);
    const head = git(['rev-parse', 'HEAD'], dir);
    expect(await walked(gitDir, head)).toEqual(logged(dir));
    expect(logged(dir)).toHaveLength(10);
    git(['gc', '-q'], dir);
    expect(await walked(gitDir, head)).toEqual(logged(dir));
    fs.renameSync(dir, Buffer.from(`${dir}-\xe9`, 'latin1'));
    expect(await walked(`${dir}-\xe9/.git`, head)).toHaveLength(10);
    fs.renameSync(Buffer.from(`${dir}-\xe9`, 'latin1'), dir);
  });

  test('ends where a shallow clone ends', async () => {
    const { dir } = newRepository();
    commit(dir);
    commit(dir);
    const head = commit(dir);
    const clone = path.join(tempDir(), 'clone');
    git(['clone', '-q', '--depth', '2', `file://${dir}`, clone], dir);
    expect(await walked(path.join(clone, '.git'), head)).toHaveLength(2);
  });

  test('has a hole for an error that names the commit', async () => {
    const { dir, gitDir } = newRepository();
    const first = commit(dir);
    const second = commit(dir);
    fs.rmSync(`${gitDir}/objects/${first.slice(0, 2)}/${first.slice(2)}`);
    await expect(walked(gitDir, second)).rejects.toThrow(`${gitDir}: the history of ${second} cannot be read: `);
  });

  test('does not follow an object that is a link', async () => {
    const { dir, gitDir } = newRepository();
    const only = commit(dir);
    const object = `${gitDir}/objects/${only.slice(0, 2)}/${only.slice(2)}`;
    fs.renameSync(object, path.join(dir, 'elsewhere'));
    fs.symlinkSync(path.join(dir, 'elsewhere'), object);
    await expect(walked(gitDir, only)).rejects.toThrow('is a symbolic link');
  });

  test('reads no commit that is bigger than one may be', async () => {
    const { gitDir } = newRepository();
    const body = Buffer.alloc(17 * 1024 * 1024, `tree ${'0'.repeat(40)}\n`);
    const oid = oidToHex(hashObject('commit', body));
    fs.mkdirSync(`${gitDir}/objects/${oid.slice(0, 2)}`);
    fs.writeFileSync(
      `${gitDir}/objects/${oid.slice(0, 2)}/${oid.slice(2)}`,
      deflateSync(Buffer.concat([Buffer.from(`commit ${body.length}\0`), body])),
    );
    await expect(walked(gitDir, oid)).rejects.toThrow('bigger than one of its kind can be');
  });

  test('is not led out of the repository by a parent that is no id', async () => {
    const { dir, gitDir } = newRepository();
    const tree = git(['write-tree'], dir);
    const body = `tree ${tree}\nparent ../../../../etc/passwd\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx`;
    const oid = git(['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], dir, { input: body });
    await expect(walked(gitDir, oid)).rejects.toThrow('cannot be read');
  });
});
