import { describe, expect, it } from 'vitest';
import { nestedFirst } from '../../../src/rescan/plan/nested-first.js';
import { forEachNestedFirst } from '../../../src/rescan/schedule/pool.js';

const ordered = (...realdirs: string[]) => nestedFirst(realdirs.map((realdir) => ({ realdir, shadow: null, missing: false, error: null })));

/** Work that ends when it is told to, and what was begun so far. */
class Works {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, (error?: Error) => void>();

  readonly work = ({ planned: { realdir } }: { planned: { realdir: string } }): Promise<void> => {
    this.begun.push(realdir);
    return new Promise((resolve, reject) => this.ends.set(realdir, (error) => (error === undefined ? resolve() : reject(error))));
  };

  async end(realdir: string, error?: Error): Promise<void> {
    this.ends.get(realdir)?.(error);
    // Longer than it takes to hear of it.
    await new Promise(setImmediate);
  }
}

describe('the order of a rescan', () => {
  it('has each repo after all that are below it, else by name', () => {
    const repos = ordered('/r', '/r/a', '/r/a-b', '/r/a/x', '/r/a/x/y', '/r/b');
    expect(repos.map(({ planned }) => planned.realdir)).toEqual(['/r/a/x/y', '/r/a/x', '/r/a', '/r/a-b', '/r/b', '/r']);
    expect(repos.map(({ nested }) => nested.length)).toEqual([0, 1, 2, 0, 0, 5]);
  });

  it('begins others in the place of a repo that waits for those below it', async () => {
    const works = new Works();
    const all = forEachNestedFirst(ordered('/r/a', '/r/a/x', '/r/b', '/r/c'), 2, works.work);
    expect(works.begun).toEqual(['/r/a/x', '/r/b']);
    await works.end('/r/b');
    expect(works.begun).toEqual(['/r/a/x', '/r/b', '/r/c']);
    await works.end('/r/a/x');
    expect(works.begun).toEqual(['/r/a/x', '/r/b', '/r/c', '/r/a']);
    await works.end('/r/a');
    await works.end('/r/c');
    await all;
  });

  it('begins nothing after a failure, and rejects when the rest has ended', async () => {
    const works = new Works();
    let failure: unknown = null;
    const all = forEachNestedFirst(ordered('/r', '/r/a', '/r/b', '/r/c'), 2, works.work).catch((error: unknown) => {
      failure = error;
    });
    const error = new Error('the root is gone');
    await works.end('/r/a', error);
    expect([works.begun, failure]).toEqual([['/r/a', '/r/b'], null]);
    await works.end('/r/b');
    await all;
    expect([works.begun, failure]).toEqual([['/r/a', '/r/b'], error]);
  });

  it('begins nothing once it is stopped', async () => {
    const works = new Works();
    const stop = new AbortController();
    const all = forEachNestedFirst(ordered('/r/a', '/r/b'), 1, works.work, stop.signal);
    stop.abort();
    await works.end('/r/a');
    await all;
    expect(works.begun).toEqual(['/r/a']);
    await forEachNestedFirst([], 1, works.work);
  });
});
