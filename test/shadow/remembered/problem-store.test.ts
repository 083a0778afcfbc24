import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProblemStore } from '../../../src/shadow/remembered/problem-store.js';
import { FsoError } from '../../../src/util/errors.js';
import { tempDir } from '../../harness/index.js';

const at = (minutes: number): Date => new Date(Date.UTC(2024, 0, 1) + minutes * 60_000);

describe('ProblemStore', () => {
  it('keeps what failed for the next process: first and last time, count, message and remedy', () => {
    const top = tempDir();
    const store = new ProblemStore(top);
    store.add('/r/a', 'stat', new FsoError('first', { remedy: 'do this' }), at(0));
    store.add('/r/a', 'stat', new FsoError('second', { remedy: 'do that' }), at(5));
    store.add('/r/a', 'sha', 'no error object', at(6));
    expect(new ProblemStore(top).list()).toEqual([
      { path: '/r/a', part: 'sha', message: 'no error object', remedy: null, since: at(6), last: at(6), count: 1, retryAt: at(7) },
      { path: '/r/a', part: 'stat', message: 'second', remedy: 'do that', since: at(0), last: at(5), count: 2, retryAt: at(7) },
    ]);
  });

  it('doubles the time to wait up to a day, or to less', () => {
    const store = new ProblemStore(tempDir());
    const waits = Array.from({ length: 40 }, () => store.add('/r/a', 'stat', 'x', at(0)).retryAt?.getTime()).map(
      (time) => (time! - at(0).getTime()) / 60_000,
    );
    expect(waits.slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(waits.slice(10, 12)).toEqual([1024, 1440]);
    expect(waits.at(-1)).toBe(1440);
    const short = Array.from({ length: 4 }, () => store.add('/r', 'root', 'x', at(0), 180_000).retryAt);
    expect(short).toEqual([at(1), at(2), at(3), at(3)]);
    expect(store.add('/r/b', 'stat', 'x', at(0), 0).retryAt).toBeNull();
  });

  it('forgets one part, or all of a directory, and begins anew', () => {
    const top = tempDir();
    const store = new ProblemStore(top);
    for (const part of ['stat', 'sha', 'hook 1']) store.add('/r/a', part, 'x', at(0));
    store.add('/r/b', 'stat', 'x', at(0));
    expect([store.clear('/r/a', 'sha'), store.clear('/r/a', 'sha')]).toEqual([true, false]);
    expect([...new ProblemStore(top).of('/r/a').keys()]).toEqual(['stat', 'hook 1']);
    expect([store.clear('/r/a'), store.clear('/r/a')]).toEqual([true, false]);
    expect(new ProblemStore(top).list().map(({ path: each }) => each)).toEqual(['/r/b']);
    expect(store.add('/r/a', 'stat', 'x', at(9))).toMatchObject({ since: at(9), count: 1 });
  });

  it('takes any path, and nobody else can read it', () => {
    const top = tempDir();
    const names = ['/r/\xff\n"\\', `/${'x'.repeat(4000)}`, '/'];
    for (const name of names) new ProblemStore(top).add(name, 'stat', 'x', at(0));
    expect(new ProblemStore(top).list().map(({ path: each }) => each).sort()).toEqual([...names].sort());
    const directory = path.join(top, '.git-fso/problems');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(directory)) {
      expect(file).toMatch(/^[0-9a-f]{32}\.json$/);
      expect(statSync(path.join(directory, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps in memory what cannot be stored, until it can be', () => {
    const top = tempDir();
    const obstacle = path.join(top, '.git-fso');
    writeFileSync(obstacle, '');
    const store = new ProblemStore(top);
    store.add('/r/a', 'stat', 'x', at(0));
    store.add('/r/a', 'stat', 'x', at(1));
    expect(store.list()).toMatchObject([{ path: '/r/a', count: 2 }]);
    expect(() => store.requireSaved()).toThrow(/cannot be written/);
    rmSync(obstacle);
    store.add('/r/a', 'stat', 'x', at(2));
    expect(new ProblemStore(top).list()).toMatchObject([{ path: '/r/a', count: 3, since: at(0) }]);
    expect(() => store.requireSaved()).not.toThrow();
  });

  it.each(['', '{', '[]', '{"pathBytes":1}', '{"path":"a","pathBytes":"YQ==","problems":[null]}'])(
    'takes a damaged file for none: %j',
    (text) => {
      const top = tempDir();
      const store = new ProblemStore(top);
      store.add('/r/a', 'stat', 'x', at(0));
      const directory = path.join(top, '.git-fso/problems');
      const [file = ''] = readdirSync(directory);
      writeFileSync(path.join(directory, file), text);
      expect([...store.of('/r/a')]).toEqual([]);
      expect(store.list()).toEqual([]);
      expect(store.add('/r/a', 'stat', 'x', at(1)).count).toBe(1);
    },
  );

  it('passes over what is not its own', () => {
    const top = tempDir();
    mkdirSync(path.join(top, '.git-fso/problems/x.json'), { recursive: true });
    writeFileSync(path.join(top, '.git-fso/problems/y.tmp'), '{');
    chmodSync(path.join(top, '.git-fso'), 0o755);
    expect(new ProblemStore(top).list()).toEqual([]);
  });
});
