import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cannotBeNobody, HostileWorld } from './hostile-world.js';

describe('filesystems of the kernel as realdir', () => {
  test.each(['/proc/sys', '/proc/self/task', '/proc/self/fd', '/sys/kernel'].filter((each) => fs.existsSync(each)))(
    '%s',
    async (realdir) => {
      const world = new HostileWorld({}, { realdir });
      await world.init();
      await world.records('stat');
      await world.records('sha');
      world.requireSound();
    },
  );
});

describe('mount points', () => {
  test('another filesystem inside is recorded like any directory', async ({ skip }) => {
    const world = new HostileWorld({ f: 'x', 'mnt/under': 'x' });
    const mnt = path.join(world.real, 'mnt');
    skip(spawnSync('mount', ['-t', 'tmpfs', 'none', mnt]).status !== 0, 'mounting is not permitted here');
    try {
      fs.writeFileSync(path.join(mnt, 'over'), 'x');
      await world.recordsAll();
      expect([...world.recorded().keys()]).toEqual(expect.arrayContaining(['f', 'mnt/over']));
      expect([...world.recorded().keys()]).not.toContain('mnt/under');
    } finally {
      execFileSync('umount', [mnt]);
    }
  });

  test('a realdir that is mounted inside of itself', async ({ skip }) => {
    const world = new HostileWorld({ f: 'x', loop: null });
    const loop = path.join(world.real, 'loop');
    skip(spawnSync('mount', ['--bind', world.real, loop]).status !== 0, 'mounting is not permitted here');
    try {
      await world.recordsAll();
      expect([...world.recorded().keys()]).toEqual(expect.arrayContaining(['f', 'loop/f']));
    } finally {
      execFileSync('umount', [loop]);
    }
  });
});

describe('without the rights to read', () => {
  const reason = cannotBeNobody();

  test('directories and files keep their last records, all else is recorded', async ({ skip }) => {
    skip(reason !== undefined, reason);
    const spec = { 'closed/f': 'x', 'listed/f': 'x', 'secret/g': 'x', f: 'x', 'README.md': 'read\n' };
    const world = new HostileWorld(spec, { asNobody: true });
    await world.init();
    for (const facet of ['stat', 'sha', 'content']) expect((await world.records(facet)).status).toBe(0);
    const before = { stat: world.recorded(), sha: world.recorded('sha'), content: world.recorded('content') };
    fs.writeFileSync(path.join(world.real, 'new'), 'new');
    for (const [name, mode] of [['closed', 0], ['listed', 0o444], ['f', 0], ['README.md', 0], ['secret/g', 0]] as const) {
      if (name === 'f' || name.includes('/') || name.endsWith('.md')) fs.appendFileSync(path.join(world.real, name), 'more');
      fs.chmodSync(path.join(world.real, name), mode);
    }
    world.give(world.real, '65534');
    const stat = await world.records('stat');
    expect(stat.status).toBe(3);
    expect(stat.stderr).toMatch(/^closed: permission denied.*\nlisted(\/f)?: permission denied/m);
    expect(world.recorded().get('closed/f')).toBe(before.stat.get('closed/f'));
    expect(world.recorded().get('listed/f')).toBe(before.stat.get('listed/f'));
    expect(world.recorded().get('f'), 'stat needs no right to read a file').toContain('size: 5\n');
    const sha = await world.records('sha');
    expect(sha.status).toBe(3);
    for (const name of ['closed/f', 'listed/f', 'f', 'secret/g']) expect(world.recorded('sha').get(name)).toBe(before.sha.get(name));
    expect([...world.recorded('sha').keys()]).toContain('new');
    const content = await world.records('content');
    expect(content.status).toBe(3);
    expect(world.recorded('content').get('README.md')).toBe('read\n');
  });

  test('new directories that cannot be read are reported and not recorded', async ({ skip }) => {
    skip(reason !== undefined, reason);
    const world = new HostileWorld({ 'closed/f': 'x', f: 'x' }, { asNobody: true });
    fs.chmodSync(path.join(world.real, 'closed'), 0);
    await world.init();
    for (const facet of ['stat', 'sha', 'status']) {
      const { status, stderr } = await world.records(facet);
      expect([status, stderr]).toEqual([3, expect.stringContaining('closed: permission denied')]);
    }
    expect([...world.recorded().keys()]).toEqual(['.nogtree', 'f']);
  });

  test.each([
    ['at all', 0],
    ['but listed', 0o444],
    ['but entered', 0o111],
  ])('a realdir that cannot be read %s: nothing is recorded, nothing is lost', async (_, mode) => {
    const world = new HostileWorld({ f: 'x' }, { asNobody: true });
    await world.init();
    await world.records('stat');
    await world.records('sha');
    const before = world.recorded();
    fs.chmodSync(world.real, mode);
    for (const command of ['stat', 'stat --mtime-range-only', 'sha', 'content', 'status']) {
      const { status, stderr } = await world.fso(...command.split(' '));
      expect(stderr, command).not.toContain('unexpected error');
      // A file that is recorded needs no listing to be found; README.md is not there.
      if (command === 'content' && mode === 0o111) continue;
      expect(stderr, command).toContain('permission denied');
      expect([1, 3], command).toContain(status);
    }
    expect(world.recorded()).toEqual(before);
    fs.chmodSync(world.real, 0o755);
    expect((await world.records('stat')).stdout).toBe('no changes\n');
  });
});
