import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { HeldRealdir } from '../../../src/realdir/reach/held-realdir.js';
import { existsRealdir, reachRealdir, withRealdir } from '../../../src/realdir/reach/reach.js';
import { DirectoryCursor } from '../../../src/realdir/walk/directory-cursor.js';
import { buildTree, tempDir } from '../../harness/index.js';

interface Scene {
  readonly root: string;
  readonly realdir: string;
  readonly held: HeldRealdir;
}

/** A realdir that is held. */
function scene(): Scene {
  const root = buildTree(tempDir(), { 'r/own': '', 'victim/secret': '' });
  const realdir = `${root}/r`;
  const held = reachRealdir(realdir, { root });
  if (held === null) throw new Error('there is no realdir');
  return { root, realdir, held };
}

function namesIn({ root, realdir, held }: Scene): string[] {
  return withRealdir(realdir, { root, held }, (place) => readdirSync(place));
}

/** Puts something else in the place of the realdir. */
function replace({ root, realdir }: Scene, make: (realdir: string) => void): void {
  renameSync(realdir, `${root}/away`);
  make(realdir);
}

describe('a realdir that is held', () => {
  test('is the one that was reached, whatever is in its place', () => {
    const one = scene();
    replace(one, (realdir) => symlinkSync('victim', realdir));
    expect(namesIn(one)).toEqual(['own']);
    expect(existsRealdir(one.realdir, { root: one.root, held: one.held })).toBe(true);
    one.held.release();
  });

  test('is reached again once it was released: the number of its descriptor may be that of something else', () => {
    const one = scene();
    one.held.release();
    replace(one, (realdir) => symlinkSync('victim', realdir));
    expect(() => namesIn(one)).toThrow('became a symbolic link');
  });

  test('is not taken for another realdir', () => {
    const one = scene();
    expect(namesIn({ ...one, realdir: `${one.root}/victim` })).toEqual(['secret']);
    one.held.release();
  });

  test('does not hide from a walk that goes on later that another directory has taken its place', () => {
    const one = scene();
    const cursor = DirectoryCursor.open(one.realdir, { root: one.root, held: one.held });
    expect(cursor?.names()).toEqual(['own']);
    cursor?.suspend();
    replace(one, (realdir) => mkdirSync(realdir));
    expect(() => cursor?.names()).toThrow('another directory took its place');
    cursor?.close();
    one.held.release();
  });

  test('is not closed by a walk', () => {
    const one = scene();
    const cursor = DirectoryCursor.open(one.realdir, { root: one.root, held: one.held });
    cursor?.close();
    expect(namesIn(one)).toEqual(['own']);
    one.held.release();
  });
});
