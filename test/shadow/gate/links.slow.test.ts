import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fso, tempDir } from '../../harness/index.js';
import type { TestSite } from '../../rescan/site.js';
import { recordedSite, repoOf, touch } from './foreign-site.js';

/** Moves something out of a shadow repo and puts a link to it in its place. */
function replaceByLink(repo: string, name: string): string {
  const outside = path.join(tempDir(), 'outside');
  const place = path.join(repo, name);
  if (fs.existsSync(place)) fs.cpSync(place, outside, { recursive: true, preserveTimestamps: true });
  else if (path.extname(name) === '.d') fs.mkdirSync(outside);
  else fs.writeFileSync(outside, 'precious\n');
  fs.rmSync(place, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.symlinkSync(outside, place);
  return outside;
}

/** Names, sizes, contents. */
function picture(place: string): string {
  return spawnSync('tar', ['--sort=name', '-C', path.dirname(place), '-cf', '-', path.basename(place)], {
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  }).stdout;
}

describe('symbolic links in a Git directory', () => {
  const directories = [
    '.git',
    '.git/objects',
    '.git/objects/pack',
    '.git/refs',
    '.git/refs/heads',
    '.git/logs',
    '.git/logs/refs/heads',
    '.git/fso',
  ];
  const files = [
    '.git/config',
    '.git/HEAD',
    '.git/refs/heads/master-stat',
    '.git/logs/refs/heads/master-stat',
    '.git/fso/uuid',
    '.git/fso/lock',
  ];

  /** Replaces one after the other by a link, and looks whether what it leads to stays as it is. */
  function eachAsLink(names: readonly string[], work: (site: TestSite, repo: string, name: string) => void): void {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    const pristine = path.join(tempDir(), 'pristine');
    fs.cpSync(repo, pristine, { recursive: true, preserveTimestamps: true });
    for (const name of names) {
      const outside = replaceByLink(repo, name);
      const before = picture(outside);
      touch(site, 'one/a.txt');
      touch(site, 'two/b.txt');
      work(site, repo, name);
      expect(picture(outside) === before, name).toBe(true);
      fs.rmSync(repo, { recursive: true });
      fs.cpSync(pristine, repo, { recursive: true, preserveTimestamps: true });
    }
  }

  test('what git-fso uses: the repo is an error, the others are recorded, nothing outside is written', () => {
    eachAsLink([...directories, ...files], (site, repo, name) => {
      const { status, stdout, stderr } = site.rescan();
      expect(stdout, name).toContain(`changed ${site.project}/two: stat`);
      expect([name, status, stderr]).toEqual([
        name,
        1,
        expect.stringMatching(new RegExp(`failed ${site.project}/one: .*${path.join(repo, name)}.* symbolic link`)),
      ]);
      expect([name, fso(['stat'], { cwd: repo }).status]).toEqual([name, 1]);
    });
  }, 120_000);

  test('what a run need not look at: nothing outside is written', () => {
    eachAsLink(
      ['.git/fso/success-stat', '.git/fso/stat-seen', '.git/index', '.git/fso/lock.holders', '.git/packed-refs'],
      (site, repo, name) => {
        site.rescan();
        for (const args of [
          ['stub', 'ignore', 'x'],
          ['gc', '--expire', '0'],
          ['handback', '--force'],
        ])
          expect([name, fso(args, { cwd: repo }).status]).toEqual([name, 1]);
      },
    );
  }, 120_000);

  test('gc removes nothing behind a link', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    const outside = tempDir();
    const victims = ['tmp_obj_0123abcd', '0'.repeat(38)].map((name) => path.join(outside, name));
    for (const victim of victims) fs.writeFileSync(victim, 'x');
    fs.symlinkSync(outside, path.join(repo, '.git/objects/ee'));
    fs.symlinkSync(outside, path.join(repo, '.git/refs/heads/away'));
    for (const args of [['gc', '--expire', '0'], ['check', '--repair']]) {
      const { status, stdout, stderr } = fso(args, { cwd: repo });
      expect(status).toBe(1);
      expect(stdout + stderr).toMatch(/\.git\/(objects\/ee|refs\/heads\/away): /);
    }
    for (const victim of victims) expect(fs.existsSync(victim)).toBe(true);
  });

  test('a file that has Git work on another directory keeps Git away', () => {
    const site = recordedSite();
    const repo = repoOf(site, 'one');
    fs.writeFileSync(path.join(repo, '.git/commondir'), `${tempDir()}\n`);
    const { status, stderr } = fso(['gc'], { cwd: repo });
    expect(status).toBe(1);
    expect(stderr).toContain('.git/commondir: has Git work on another directory');
  });

  test('a directory of the shadow tree that is a link leads nowhere', () => {
    const site = recordedSite();
    const mirror = path.dirname(repoOf(site, 'one'));
    const outside = path.join(tempDir(), 'outside');
    fs.cpSync(mirror, outside, { recursive: true });
    fs.rmSync(mirror, { recursive: true });
    fs.symlinkSync(outside, mirror);
    const before = picture(outside);
    touch(site, 'one/a.txt');
    const { status, stderr } = site.rescan();
    expect(status).toBe(1);
    expect(stderr).toContain(`${mirror}: is a symbolic link; below the shadow root there are directories only`);
    const [name = ''] = fs.readdirSync(outside);
    const byHand = fso(['-C', path.join(mirror, name), 'stat'], { cwd: site.top, env: { GIT_FSO_CONFIG: site.config } });
    expect(byHand.status).toBe(1);
    expect(byHand.stderr).toContain('is reached by a symbolic link below the shadow root');
    expect(picture(outside)).toBe(before);
  });
});

describe('files that never end, or never begin', () => {
  /** Where, and whether a run with something to record has to open it. */
  const cases = [
    ['FIFO', 'config', true], ['zero device', 'config', true], ['15 TB', 'config', true],
    ['FIFO', 'refs/heads/master-stat', true], ['zero device', 'HEAD', true], ['FIFO', 'fso/uuid', true], ['15 TB', 'fso/uuid', true],
    ['FIFO', 'fso/lock', true], ['zero device', 'logs/refs/heads/master-stat', true], ['FIFO', 'objects/pack/*.idx', true],
    ['zero device', 'objects/pack/*.pack', true], ['FIFO', 'packed-refs', false], ['zero device', 'fso/success-stat', false],
  ] as const;

  /** Puts something in the place of a file. */
  const plant: Readonly<Record<string, (place: string) => void>> = {
    FIFO: (place) => void spawnSync('mkfifo', [place]),
    'zero device': (place) => void spawnSync('mknod', [place, 'c', '1', '5']),
    '15 TB': (place) => {
      fs.writeFileSync(place, '');
      // Not every filesystem has files as long as that.
      if (spawnSync('truncate', ['-s', '15T', place]).status !== 0) fs.truncateSync(place, 2 ** 40);
    },
  };

  test('an error of that repo at once', ({ skip }) => {
    skip(process.geteuid?.() !== 0, 'needs root');
    const site = recordedSite();
    const pristine = path.join(tempDir(), 'pristine');
    const repo = repoOf(site, 'one');
    fs.cpSync(repo, pristine, { recursive: true, preserveTimestamps: true });
    const packs = fs.readdirSync(path.join(repo, '.git/objects/pack'));
    for (const [kind, name, isRead] of cases) {
      const what = `${kind} as ${name}`;
      const [directory, wanted = ''] = [path.dirname(name), path.basename(name)];
      const file = wanted.startsWith('*') ? (packs.find((each) => each.endsWith(wanted.slice(1))) ?? '') : wanted;
      const place = path.join(repo, '.git', directory, file);
      fs.rmSync(place, { force: true });
      plant[kind]?.(place);
      touch(site, 'one/a.txt');
      touch(site, 'two/b.txt');
      const { status, stdout, stderr } = fso(['rescan', '--config', site.config], { cwd: site.top, timeout: 20_000 });
      expect(stdout, what).toContain(`changed ${site.project}/two: stat`);
      if (isRead) expect([what, status, stderr]).toEqual([what, 1, expect.stringContaining(`failed ${site.project}/one: `)]);
      const list = fso(['list', '--config', site.config], { cwd: site.top, timeout: 20_000 });
      expect(list.stdout, what).toMatch(/\/two .* ok/);
      fs.rmSync(repo, { recursive: true });
      fs.cpSync(pristine, repo, { recursive: true, preserveTimestamps: true });
    }
    spawnSync('mkfifo', [path.join(repo, '.git/objects/pack/pack-1.idx')]);
    for (const args of [
      ['doctor', '--config', site.config],
      ['-C', repo, 'check'],
    ])
      expect(fso(args, { cwd: site.top, timeout: 20_000 }).status).toBe(1);
  }, 180_000);
});
