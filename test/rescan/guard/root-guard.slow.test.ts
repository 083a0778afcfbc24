import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTree, git } from '../../harness/index.js';
import { canMount } from '../mount-namespace.js';
import { changedKeys, makeSite } from '../site.js';

const TREE = { 'one/a.txt': 'a\n', 'two/b.txt': 'b\n' };
const DEFAULT_RULE = '    facets: [stat]\n';

describe('guardRoot', () => {
  it('refuses a root that does not exist', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    site.rescan();
    const before = site.heads();
    renameSync(site.project, `${site.project}-away`);
    const result = site.rescan();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${site.project}: does not exist; nothing below it is recorded`);
    expect(changedKeys(before, site.heads())).toEqual([]);
  });

  it('refuses a root that is empty although repos are known, unless told otherwise', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    site.rescan();
    const before = site.heads();
    rmSync(site.project, { recursive: true });
    mkdirSync(site.project);
    const refused = site.rescan();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('is empty, which it was not before');
    expect(refused.stderr).toContain('--accept-empty');
    expect(changedKeys(before, site.heads())).toEqual([]);
    expect(site.rescan('--accept-empty').status).toBe(0);
    expect(changedKeys(before, site.heads())).toEqual(['one master-stat', 'two master-stat']);
    expect(site.rescan().status).toBe(0);
  });

  it.skipIf(!canMount)('refuses a root on another filesystem than before (needs unshare -m)', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    site.rescan();
    const before = site.heads();
    const script = `mount -t tmpfs none "$1" && mkdir "$1/one" "$1/other" && exec "$2" "$3" rescan --config "$4"`;
    const bin = path.resolve(import.meta.dirname, '../../../bin/git-fso');
    const run = (): string =>
      execFileSync('unshare', ['-m', 'sh', '-c', script, 'sh', site.project, process.execPath, bin, site.config], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(run).toThrow('is on another filesystem than before; nothing below it is recorded');
    expect(changedKeys(before, site.heads())).toEqual([]);
  });

  it.skipIf(!canMount)('refuses what an unmounted directory of the same filesystem has covered (needs unshare -m)', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    // Covers the root with another directory of its filesystem, records that, and uncovers what is below.
    mkdirSync(path.join(site.top, 'disk/three'), { recursive: true });
    const script = `mount --bind "$1/disk" "$2" && "$3" "$4" rescan --config "$5" >&2 && umount "$2" && exec "$3" "$4" rescan ` +
      `--config "$5"`;
    const bin = path.resolve(import.meta.dirname, '../../../bin/git-fso');
    const args = ['-m', 'sh', '-c', script, 'sh', site.top, site.project, process.execPath, bin, site.config];
    const { status, stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
    expect(stderr).toContain('is on another filesystem than before; nothing below it is recorded');
    expect(stdout).not.toContain(`${site.project}/one`);
    expect(status).toBe(1);
    expect([...site.repos().keys()]).toEqual(['three']);
  });

  it.skipIf(!canMount).each([
    ['another filesystem', 'mount -t tmpfs none "$1" && mkdir "$1/data" && cp "$3" "$1/data"'],
    ['another directory of its filesystem', 'mount --bind "$2" "$1"'],
  ])('does not record what is below a mount point where nothing is mounted any more: %s (needs unshare -m)', (_what, mount) => {
    const site = makeSite(TREE, DEFAULT_RULE);
    const disk = buildTree(path.join(site.top, 'disk'), { 'data/deep.txt': 'deep' });
    const point = path.join(site.project, 'one');
    const fso = `"${process.execPath}" "${path.resolve(import.meta.dirname, '../../../bin/git-fso')}"`;
    const settings = `--config "${site.config}"`;
    const heads = `git -C "$(echo ${site.shadow}${point}/*.fso)" rev-parse master-stat`;
    const script = `
      ${mount} || exit 99
      ${fso} rescan ${settings} || exit 98
      ${heads}
      umount "$1"
      touch -d @7 "${site.project}/two/b.txt"
      ${fso} rescan ${settings}; echo "status $?"
      ${fso} rescan ${settings} >/dev/null 2>&1; echo "again $?"
      ${fso} doctor ${settings}
      ${heads}
      ${fso} rescan --accept-empty ${settings}; echo "accepted $?"
      ${fso} rescan ${settings}; echo "afterwards $?"
      ${fso} doctor ${settings}`;
    const args = ['-m', 'sh', '-c', script, 'sh', point, disk, path.join(disk, 'data/deep.txt')];
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
    const message = `${point}: nothing is mounted at ${point}, where a filesystem was before; nothing was recorded`;
    expect(stderr.split(message)).toHaveLength(2);
    const commits = stdout.match(/^[0-9a-f]{40}$/gm);
    expect(commits).toHaveLength(2);
    expect(commits?.[1]).toBe(commits?.[0]);
    expect(stdout).toMatch(new RegExp(`changed ${site.project}/two: stat \\+0 ~1 -0`));
    expect(stdout).toMatch(/^status 1\nagain 1\n/m);
    expect(stdout.match(/nothing is mounted here, where a filesystem was before/g)).toHaveLength(1);
    expect(stdout).toMatch(/accepted 0/);
    expect(stdout).toMatch(/afterwards 0/);
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], site.repos().get('one') ?? '')).not.toContain('deep.txt');
  });

  it.skipIf(!canMount)('does not mind that a directory is not mounted on itself any more, as within a service (needs unshare -m)', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    const script =
      'mount --bind "$1" "$1" && mount --bind "$1/one" "$1/one" && "$2" "$3" rescan --config "$4" && umount "$1/one" "$1" && exec ' +
        '"$2" "$3" rescan --config "$4"';
    const bin = path.resolve(import.meta.dirname, '../../../bin/git-fso');
    const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', site.project, process.execPath, bin, site.config], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect([...site.repos().keys()].sort()).toEqual(['one', 'two']);
  });

  it('accepts a root that was made anew on its filesystem', () => {
    const site = makeSite(TREE, DEFAULT_RULE);
    site.rescan();
    renameSync(site.project, `${site.project}-old`);
    mkdirSync(site.project);
    for (const name of ['one', 'two']) renameSync(path.join(`${site.project}-old`, name), path.join(site.project, name));
    expect(site.rescan()).toMatchObject({ status: 0, stderr: '' });
  });
});
