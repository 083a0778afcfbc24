import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FsoResult } from '../harness/index.js';
import { buildTree, cleanEnvironment, fso, fsoCommand, git, tempDir } from '../harness/index.js';
import { canTrace } from '../harness/opens.js';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const LONG_AGO = 1_500_000_000;

interface Place {
  readonly top: string;
  readonly from: string;
  readonly to: string;
  /** The shadow repo of the old and of the new realdir. */
  readonly before: string;
  readonly after: string;
}

/** A realdir with a shadow repo below a shadow root, which was recorded. */
function makePlace(...initFlags: readonly string[]): Place {
  const top = tempDir();
  const from = buildTree(path.join(top, 'projects/foo'), {
    'a.dat': { file: 'a\n', mtime: LONG_AGO },
    'sub/b.dat': { file: 'b\n', mtime: LONG_AGO },
  });
  const shadow = path.join(top, 'shadow');
  const { stdout } = fso(['init', '--observe', from, '--shadow', shadow, '--uuid', UUID, ...initFlags], { cwd: top });
  const before = stdout.trim();
  for (const facet of ['stat', 'sha']) expect(fso([facet], { cwd: before }).status).toBe(0);
  fs.mkdirSync(path.join(top, 'archive'));
  const to = path.join(top, 'archive/bar');
  return { top, from, to, before, after: before.replace('/projects/foo/', '/archive/bar/') };
}

/** Moves the real directory, then has the shadow repo follow it. */
function move(place: Place, ...flags: readonly string[]): FsoResult {
  if (fs.existsSync(place.from)) fs.renameSync(place.from, place.to);
  return fso(['move', place.to, ...flags], { cwd: place.before });
}

function expectMoved({ to, before, after }: Place): void {
  expect(fs.existsSync(before)).toBe(false);
  expect(git(['config', 'fso.realdir'], after)).toBe(to);
  expect(fs.readFileSync(path.join(after, '.git/fso/uuid'), 'utf8')).toBe(`${UUID}\n`);
  expect(fs.existsSync(path.join(after, '.git/fso/moved-from'))).toBe(false);
  expect(git(['fsck', '--strict', '--no-dangling'], after)).toBe('');
  expect(git(['status', '--porcelain'], after)).toBe('');
}

describe('move', () => {
  test('takes a shadow repo to the place of the new realdir, with history and UUID', () => {
    const place = makePlace();
    const history = git(['log', '--format=%H', 'master-stat', 'master-sha'], place.before);
    expect(move(place)).toEqual({ status: 0, stderr: '', stdout: `${place.after}: observes ${place.to}\n` });
    expectMoved(place);
    expect(git(['log', '--format=%H', 'master-stat', 'master-sha'], place.after)).toBe(history);
    expect(fso(['stat'], { cwd: place.after }).stdout).toBe('no changes\n');
    expect(fso(['sha'], { cwd: place.after }).stdout).toBe('no changes\n');
    // Nothing is left of the old place.
    expect(fs.existsSync(path.dirname(path.dirname(place.before)))).toBe(false);
  });

  test('gives nobody more access than the new realdir does, and opens nothing', () => {
    const place = makePlace();
    fs.chmodSync(path.join(place.top, 'archive'), 0o711);
    fs.chmodSync(place.from, 0o750);
    const config = path.join(place.top, 'git-fso.yml');
    fs.writeFileSync(config, `shadow: ${place.top}/shadow\nshadowMode: mirror\nroots:\n  - { path: ${place.top}/projects }\n`);
    execFileSync('chmod', ['-R', 'a+rX', place.before]);
    expect(move(place, '--config', config).status).toBe(0);
    const modes = [path.dirname(path.dirname(place.after)), path.dirname(place.after), place.after, path.join(place.after, '.git')];
    expect(modes.map((directory) => fs.statSync(directory).mode & 0o777)).toEqual([0o711, 0o750, 0o750, 0o750]);
  });

  test('leaves other shadow repos at the old place', () => {
    const place = makePlace();
    const inside = fso(['init', '--observe', path.join(place.from, 'sub'), '--shadow', path.join(place.top, 'shadow')], { cwd: place.top });
    expect(move(place).status).toBe(0);
    expect(fs.existsSync(path.join(inside.stdout.trim(), '.git'))).toBe(true);
  });

  test('knows roots from which a prefix is removed, if it is told', () => {
    const top = tempDir();
    const from = buildTree(path.join(top, 'host/projects/foo'), { a: 'a\n' });
    const to = path.join(top, 'host/projects/bar');
    const prefix = ['--trim-host-root', path.join(top, 'host')];
    const before = fso(['init', '--observe', from, '--shadow', path.join(top, 'shadow'), ...prefix], { cwd: top }).stdout.trim();
    fs.renameSync(from, to);
    const refused = fso(['move', to], { cwd: before });
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--trim-host-root') as string });
    expect(git(['config', 'fso.realdir'], before)).toBe(from);
    const after = path.join(top, 'shadow/projects/bar', path.basename(before));
    expect(fso(['move', to, ...prefix], { cwd: before }).stdout).toBe(`${after}: observes ${to}\n`);
  });

  test('takes prefix and mode from the configuration of its shadow root', () => {
    const top = tempDir();
    const from = buildTree(path.join(top, 'host/projects/foo'), { a: 'a\n' });
    const to = path.join(top, 'host/archive/foo');
    fs.mkdirSync(path.dirname(to));
    const config = path.join(top, 'git-fso.yml');
    fs.writeFileSync(
      config,
      `shadow: ${top}/shadow\ntrimHostRoot: ${top}/host\nshadowMode: "0700"\nroots:\n  - { path: ${top}/host/projects }\n`,
    );
    expect(fso(['rescan', '--config', config], { cwd: top }).status).toBe(0);
    const mirror = path.join(top, 'shadow/projects/foo');
    const before = path.join(mirror, fs.readdirSync(mirror)[0] ?? '');
    fs.renameSync(from, to);
    const after = path.join(top, 'shadow/archive/foo', path.basename(before));
    expect(fso(['move', to], { cwd: before, env: { GIT_FSO_CONFIG: config } })).toEqual({
      status: 0,
      stderr: '',
      stdout: `${after}: observes ${to}\n`,
    });
    const modes = [path.dirname(path.dirname(after)), path.dirname(after), after];
    expect(modes.map((directory) => fs.statSync(directory).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
    expect(fso(['move', from, '--config', path.join(top, 'none.yml')], { cwd: after })).toMatchObject({ status: 2 });
  });

  test('leaves a shadow repo where it is, if it is told so or has a name of its own', () => {
    const place = makePlace();
    expect(move(place, '--in-place').stdout).toBe(`${place.before}: observes ${place.to}\n`);
    expect(git(['config', 'fso.realdir'], place.before)).toBe(place.to);
    const own = path.join(place.top, 'own');
    fs.mkdirSync(own);
    expect(fso(['init', '--observe', place.to], { cwd: own }).status).toBe(0);
    expect(fso(['move', '../archive'], { cwd: own }).stdout).toBe(`${own}: observes ${path.join(place.top, 'archive')}\n`);
  });

  test('is harmless when called again', () => {
    const place = makePlace();
    move(place);
    expect(fso(['move', place.to], { cwd: place.after }).stdout).toBe(`${place.after}: observes ${place.to}\n`);
    expectMoved(place);
  });

  test.each([
    ['a realdir that does not exist', () => undefined, /does not exist/],
    ['a realdir that has a shadow repo', ({ to, top }: Place) => {
      fs.mkdirSync(to);
      fso(['init', '--observe', to, '--shadow', path.join(top, 'shadow')], { cwd: top });
    }, /has a shadow repo already: \S+\.fso, without records\n/],
    ['to lose the records that the shadow repo of another realdir has', ({ to, top }: Place) => {
      fs.mkdirSync(to);
      fs.writeFileSync(path.join(to, 'f'), 'x');
      const other = fso(['init', '--observe', to, '--shadow', path.join(top, 'shadow')], { cwd: top }).stdout.trimEnd();
      for (const facet of ['stat', 'sha']) expect(fso([facet], { cwd: other }).status).toBe(0);
    }, /has a shadow repo already: \S+\.fso; it has what would be lost: the history of stat until \S+, the history of sha until \S+\n/],
  ])('refuses %s, and changes nothing', (_title, prepare, message) => {
    const place = makePlace();
    prepare(place);
    const result = fso(['move', place.to], { cwd: place.before });
    expect(result).toMatchObject({ status: 1, stderr: expect.stringMatching(message) as string });
    expect(git(['config', 'fso.realdir'], place.before)).toBe(place.from);
    expect(fs.existsSync(path.join(place.before, '.git/fso/moved-from'))).toBe(false);
  });

  test('refuses a realdir that contains the shadow root', () => {
    const place = makePlace();
    expect(fso(['move', place.top], { cwd: place.before })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is below the realdir') as string,
    });
  });

  test('waits for nobody who writes to the repo for ever', () => {
    const place = makePlace();
    fs.renameSync(place.from, place.to);
    const lock = path.join(place.before, '.git/fso/lock');
    const [command, ...leading] = fsoCommand();
    const args = ['-s', lock, command, ...leading, '--wait', '0', 'move', place.to];
    const { status, stderr } = spawnSync('flock', args, { cwd: place.before, env: cleanEnvironment(), encoding: 'utf8' });
    expect([status, stderr]).toEqual([4, expect.stringContaining('locked by')]);
    expect(git(['config', 'fso.realdir'], place.before)).toBe(place.from);
  });
});

describe.skipIf(!canTrace())('a move that is killed (needs strace)', () => {
  const kill = (place: Place, call: string, count: number): boolean => {
    const [command, ...leading] = fsoCommand();
    const inject = `inject=${call}:signal=KILL:when=${count}`;
    const args = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject, command, ...leading, 'move', place.to];
    const { signal, status } = spawnSync('strace', args, { cwd: place.before, env: cleanEnvironment(), stdio: 'ignore' });
    return signal === 'SIGKILL' || status !== 0;
  };

  // Each call that leaves something behind: the next one after it is killed before it does anything.
  test.each([['rename'], ['fchmod'], ['rmdir']])('at %s goes on when it is repeated', (call) => {
    const place = makePlace();
    const origin = path.join(place.top, 'origin');
    fs.cpSync(path.join(place.top, 'shadow'), origin, { recursive: true, preserveTimestamps: true });
    fs.renameSync(place.from, place.to);
    let kills = 0;
    for (let count = 1; ; count++) {
      fs.rmSync(path.join(place.top, 'shadow'), { recursive: true });
      fs.cpSync(origin, path.join(place.top, 'shadow'), { recursive: true, preserveTimestamps: true });
      if (!kill(place, call, count)) break;
      kills += 1;
      const where = fs.existsSync(place.before) ? place.before : place.after;
      expect(fso(['move', place.to], { cwd: where })).toMatchObject({ status: 0, stdout: `${place.after}: observes ${place.to}\n` });
      expectMoved(place);
    }
    expect(kills).toBeGreaterThan(0);
    expectMoved(place);
  });
});
