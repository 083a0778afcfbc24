import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { HostileWorld } from './hostile-world.js';

/** How long git-fso is run again and again while somebody swaps things, in milliseconds. */
const RACE_MS = 2500;

/** Content, size and time that nothing in the realdir has: they must never be recorded. */
const SECRET = 'S3CRET'.repeat(1234);
const SECRET_TIME = 1_234_567_890;
const SECRET_MARKS = [
  'S3CRET',
  'outside-only',
  `size: ${SECRET.length}`,
  `mtime: ${SECRET_TIME}`,
  createHash('sha1').update(SECRET).digest('hex'),
  createHash('sha256').update(SECRET).digest('hex'),
];

let world: HostileWorld;
afterEach(() => world.end());

/** A directory outside of the realdir, with a file of each name that the realdir has, and one more. */
function makeOutside(...names: string[]): string {
  const outside = path.join(world.top, 'outside');
  fs.mkdirSync(outside);
  for (const name of [...names, 'outside-only']) {
    fs.writeFileSync(path.join(outside, name), SECRET);
    fs.utimesSync(path.join(outside, name), SECRET_TIME, SECRET_TIME);
  }
  fs.utimesSync(outside, SECRET_TIME, SECRET_TIME);
  return outside;
}

/** Runs the facets again and again; nothing from outside may ever be recorded. */
async function race(...facets: string[]): Promise<void> {
  await world.init();
  const end = Date.now() + RACE_MS;
  do {
    for (const facet of facets) {
      const { status, stderr } = await world.fso(...facet.split(' '));
      expect(stderr).not.toContain('unexpected error');
      expect([0, 3], stderr).toContain(status);
    }
  } while (Date.now() < end);
  world.end();
  const stored = world.everythingStored();
  for (const mark of SECRET_MARKS) expect(stored).not.toContain(mark);
  world.requireSound();
  for (const facet of facets) await world.records(...facet.split(' '));
}

describe('swapped while the walk runs', () => {
  test('a file for a symbolic link to outside', async () => {
    world = new HostileWorld({ f: 'mine', g: 'mine' });
    const outside = makeOutside('f');
    world.meanwhile(`while :; do ln -s ${outside}/f real/.l; mv -T real/.l real/f; echo mine > real/.f; mv -T real/.f real/f; done`);
    await race('sha', 'stat');
  });

  test('README.md for a symbolic link to outside, while content is read', async () => {
    world = new HostileWorld({ 'README.md': 'mine', '.gitignore': '/.*\n' });
    const outside = makeOutside('README.md');
    world.meanwhile(
      `while :; do ln -s ${outside}/README.md real/.l; mv -T real/.l real/README.md; echo mine > real/.f; mv -T real/.f ` +
        `real/README.md; done`,
    );
    await race('content');
  });

  test('a file for a FIFO', async () => {
    world = new HostileWorld({ f: 'mine', 'README.md': 'mine' });
    world.meanwhile(
      'while :; do for f in f README.md; do mkfifo real/.p; mv -T real/.p real/$f; echo mine > real/.f; mv -T real/.f real/$f; done; done',
    );
    await race('sha', 'stat', 'content');
  });

  test('a directory for a symbolic link to outside', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d/f${i}`, 'mine']));
    world = new HostileWorld({ ...files, 'd/sub/g': 'mine' });
    const outside = makeOutside(...Array.from({ length: 300 }, (_, i) => `f${i}`));
    fs.mkdirSync(path.join(outside, 'sub'));
    world.meanwhile(
      `mkdir hold; ln -s ${outside} link; while :; do mv -T real/d hold/d; mv -T link real/d; mv -T real/d link; mv -T hold/d real/d; done`,
    );
    await race('stat --mtime-range', 'sha');
  });

  test('a directory in the middle of the path for one outside', async () => {
    world = new HostileWorld({ 'a/b/c/d/f': 'mine', 'a/b/c/d/g': 'mine', 'a/b/x': 'mine' });
    const outside = makeOutside('f', 'g');
    fs.mkdirSync(path.join(outside, 'c/d'), { recursive: true });
    fs.renameSync(path.join(outside, 'f'), path.join(outside, 'c/d/f'));
    world.meanwhile(`while :; do mv -T real/a/b mine; mv -T outside real/a/b; mv -T real/a/b outside; mv -T mine real/a/b; done`);
    // Renamed in as a whole, that directory is part of the realdir for a moment, so only a crash or a hang is wrong.
    await world.init();
    for (let i = 0; i < 5; i++) for (const facet of ['stat', 'sha']) await world.records(facet);
    world.end();
    world.requireSound();
    expect(outside).toBeDefined();
  });

  test('.git for a symbolic link to a repository outside', async () => {
    world = new HostileWorld({
      'sub/f': 'mine',
      'sub/.git/HEAD': 'ref: refs/heads/main\n',
      'sub/.git/objects': null,
      'sub/.git/refs/heads/main': `${'a'.repeat(40)}\n`,
    });
    fs.writeFileSync(path.join(world.top, 'secret'), `${'5ec2e7'.repeat(6)}5ec2\n`);
    world.meanwhile(
      'r=real/sub/.git/refs/heads; while :; do ln -s ../../../../../../secret $r/l; mv -T $r/l $r/main; printf "%040d\\n" 7 > $r/n; ' +
        'mv -T $r/n $r/main; done',
    );
    await world.init();
    for (let i = 0; i < 6; i++) await world.records('stat');
    world.end();
    expect(world.everythingStored()).not.toContain('5ec2e7');
  });
});

describe('vanishing and changing while the walk runs', () => {
  test('files and directories that come and go', async () => {
    world = new HostileWorld(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}/e/f`, 'x'])));
    world.meanwhile('cd real; while :; do for i in 1 3 5 7 9 11 13 15 17 19; do rm -rf d$i; mkdir -p d$i/e; echo x > d$i/e/f; done; done');
    makeOutside();
    await race('stat --mtime-range', 'sha', 'content', 'status');
  });

  test('a file that grows while it is hashed', async () => {
    world = new HostileWorld({ log: 'start\n', other: 'x' });
    world.meanwhile('while :; do head -c 3000000 /dev/zero >> real/log; truncate -s "<1G" real/log; done');
    await world.init();
    for (let i = 0; i < 4; i++) {
      const { status, stderr } = await world.fso('sha');
      expect(status, stderr).toBe(0);
      const record = world.recorded('sha').get('log');
      if (record === undefined) expect(stderr).toContain('changed while it was read');
    }
    world.end();
    await world.records('sha');
    const content = fs.readFileSync(path.join(world.real, 'log'));
    expect(world.recorded('sha').get('log')).toContain(
      `size: ${content.length}\nsha1: "${createHash('sha1').update(content).digest('hex')}"`,
    );
  });

  test('permissions that come and go', async ({ skip }) => {
    skip(process.geteuid?.() === 0 && execFileSync('id', ['-u', 'nobody']).toString().trim() !== '65534', 'needs the user nobody');
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`d/e/f${i}`, 'x']));
    world = new HostileWorld({ ...files, 'd/z': 'x' }, { asNobody: true });
    await world.init();
    await world.records('stat');
    const before = world.recorded();
    world.meanwhile('while :; do chmod 0 real/d/e real/d; chmod 755 real/d real/d/e; done');
    for (let i = 0; i < 8; i++) {
      const { status, stderr } = await world.fso('stat', '--mtime-range');
      expect(stderr).not.toContain('unexpected error');
      expect([0, 3], stderr).toContain(status);
      // What cannot be read is not gone.
      expect([...world.recorded().keys()]).toEqual([...before.keys()]);
    }
    world.end();
    execFileSync('chmod', ['755', path.join(world.real, 'd')]);
    execFileSync('chmod', ['755', path.join(world.real, 'd/e')]);
  });

  test('the realdir itself goes away and comes back: nothing half is recorded', async () => {
    const files = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`d${i % 50}/f${i}`, 'x']));
    world = new HostileWorld(files);
    await world.init();
    await world.records('stat');
    const complete = world.recorded().size;
    world.meanwhile('while :; do mv -T real gone; mv -T gone real; done');
    for (let i = 0; i < 8; i++) {
      const { status, stderr } = await world.fso('stat', '--recheck');
      expect(stderr).not.toContain('unexpected error');
      if (status !== 0) expect([status, stderr]).toEqual([1, expect.stringContaining('real: ')]);
      // All, or nothing if it was not there at the start; never a part.
      expect([0, complete]).toContain(world.recorded().size);
    }
    world.end();
  });
});
