import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { git } from '../harness/index.js';
import { makeSite } from '../rescan/site.js';
import { mountStrange, canMountStrange } from './fuse/strange-filesystem.js';

/** What ends the filesystems that a test has mounted. */
const mounted: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of mounted.splice(0)) await end();
});

const isPossible = process.geteuid?.() === 0 && fs.existsSync('/dev/fuse') && spawnSync('mount', ['--version']).error === undefined;

/** Mounts a FUSE filesystem whose program never answers. */
async function mountSilent(point: string): Promise<boolean> {
  const options = 'fd=9,rootmode=40000,user_id=0,group_id=0,allow_other';
  const script = `exec 9<>/dev/fuse; mount -i -t fuse -o ${options} silent "$1" || exit 1; echo mounted; read line`;
  const child = spawn('sh', ['-c', script, 'sh', point], { stdio: ['pipe', 'pipe', 'ignore'] });
  mounted.push(async () => {
    // The descriptor goes first: then whoever waits for an answer gets an error.
    const closed = child.exitCode === null ? once(child, 'close') : Promise.resolve();
    child.stdin.end();
    await closed;
    spawnSync('umount', ['-l', point]);
  });
  const [first] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
  return String(first).includes('mounted');
}

describe('a FUSE filesystem that does not answer, below a root', () => {
  test('is not entered, nor looked at: what is recorded of it stays, and others go on', async ({ skip }) => {
    skip(!isPossible, 'needs root and /dev/fuse');
    const site = makeSite({ 'a/f': 'x', 'a/m/recorded': '', 'a/sub/deep/g': '', 'a/sub/deep/h/i': '', 'b/file': '', 'c/d/e': '' },
      '    patterns: [enter ., enter c, repo c/*, repo *]\n    facets: [stat, sha, content]\n');
    expect(site.rescan().status).toBe(0);
    for (const point of ['a/m', 'a/sub/deep/h'])
      skip(!(await mountSilent(path.join(site.project, point))), 'needs the right to mount FUSE');
    fs.writeFileSync(path.join(site.project, 'a/new'), 'new');
    fs.writeFileSync(path.join(site.project, 'b/new'), 'new');
    const { status, stderr } = site.rescan();
    expect(stderr).toContain('a FUSE filesystem is mounted here, which is not entered');
    expect(status).toBe(0);
    const a = site.repos().get('a') ?? '';
    const names = git(['ls-tree', '-r', '--name-only', 'master-stat'], a).split('\n');
    for (const name of ['new', 'm/recorded', 'sub/deep/h/i', 'sub/deep/g']) expect(names).toContain(name);
    for (const name of ['new', 'm/recorded']) expect(git(['ls-tree', '-r', '--name-only', 'master-sha'], a).split('\n')).toContain(name);
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], site.repos().get('b') ?? '')).toContain('new');
    expect(site.rescan().status).toBe(0);
  });

  test('nor is one in which there are repos, or that discovery would enter', async ({ skip }) => {
    skip(!isPossible, 'needs root and /dev/fuse');
    const site = makeSite({ 'b/file': '', 'c/d/e': '' }, '    patterns: [enter ., enter c, repo c/*, repo *]\n');
    expect(site.rescan().status).toBe(0);
    skip(!(await mountSilent(path.join(site.project, 'c'))), 'needs the right to mount FUSE');
    fs.writeFileSync(path.join(site.project, 'b/new'), 'new');
    const { status, stderr } = site.rescan();
    expect(stderr).toContain('which is not entered');
    // The repo in it is an error, since nobody knows what became of it.
    expect(status).toBe(1);
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], site.repos().get('c/d') ?? '')).toContain('e');
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], site.repos().get('b') ?? '')).toContain('new');
  });
});

test.skipIf(!canMountStrange())(
  'a FUSE filesystem that answers is recorded with `fuse: enter`, and only then (needs root, /dev/fuse, gcc and libfuse3-dev)',
  () => {
    const settings = '    patterns: [repo *]\n    facets: [stat, sha]\n';
    const site = makeSite({ 'a/f': 'x', 'a/m': null }, settings);
    const strange = mountStrange(path.join(site.project, 'a/m'));
    try {
      strange.show(true);
      const recorded = (): string[] => git(['ls-tree', '-r', '--name-only', 'master-sha'], site.repos().get('a') ?? '').split('\n');
      expect(site.rescan().stderr).toContain('which is not entered');
      expect(recorded().filter((name) => name.startsWith('m/'))).toEqual([]);
      fs.appendFileSync(site.config, '    fuse: enter\n');
      expect(site.rescan().stderr).not.toContain('which is not entered');
      expect(recorded()).toEqual(expect.arrayContaining(['f', 'm/sizes/true', 'm/twice/sub/c']));
    } finally {
      strange.unmount();
    }
  },
  120_000,
);
