import { expect, test } from 'vitest';
import type { MoveCandidate } from '../../../src/history/changes/match-moves.js';
import { matchMoves } from '../../../src/history/changes/match-moves.js';

const file = (path: string, sha256: string | null, more: Partial<MoveCandidate> = {}): MoveCandidate =>
  ({ path, kind: 'file', size: 5, mtime: 7, sha256, record: path, ...more });

/** Moves as `old → new`. */
function moves(gone: readonly MoveCandidate[], added: readonly MoveCandidate[]): string[] {
  return [...matchMoves(gone, added)].map(([to, from]) => `${from.path} → ${to.path}`).sort();
}

test('the same checksum is a move, under another name, too; another one is none', () => {
  expect(moves([file('/a/x', '1')], [file('/b/y', '1')])).toEqual(['/a/x → /b/y']);
  expect(moves([file('/a/x', '1')], [file('/b/x', '2')])).toEqual([]);
});

test('of several candidates it is the one with the same name, then the one whose path has most in common', () => {
  expect(moves([file('/a/x', '1'), file('/a/y', '1')], [file('/b/y', '1')])).toEqual(['/a/y → /b/y']);
  const gone = ['/p/one/data', '/p/three/data', '/p/two/data'].map((path) => file(path, '1'));
  expect(moves(gone, [file('/q/three/data', '1'), file('/q/two/data', '1')])).toEqual([
    '/p/three/data → /q/three/data',
    '/p/two/data → /q/two/data',
  ]);
  expect(moves([file('/far/away/x', '1'), file('/p/q/x', '1')], [file('/p/r/x', '1')])).toEqual(['/p/q/x → /p/r/x']);
});

test('what is gone has gone to one place: a second copy is new', () => {
  expect(moves([file('/a/x', '1')], [file('/b/x', '1'), file('/c/x', '1')])).toEqual(['/a/x → /b/x']);
});

test('without a checksum on one side, size, mtime and name have to be the same', () => {
  expect(moves([file('/a/x', null)], [file('/b/x', '1')])).toEqual(['/a/x → /b/x']);
  expect(moves([file('/a/x', '1')], [file('/b/x', null)])).toEqual(['/a/x → /b/x']);
  expect(moves([file('/a/x', null)], [file('/b/y', '1')])).toEqual([]);
  expect(moves([file('/a/x', null)], [file('/b/x', null, { mtime: 8 })])).toEqual([]);
  expect(moves([file('/a/x', null)], [file('/b/x', null, { size: 6 })])).toEqual([]);
});

test('empty files are all the same, so that only size, mtime and name tell', () => {
  const empty = { size: 0 };
  expect(moves([file('/a/x', '1', empty)], [file('/b/y', '1', empty)])).toEqual([]);
  expect(moves([file('/a/x', '1', empty)], [file('/b/x', '1', empty)])).toEqual(['/a/x → /b/x']);
});

test('links and summaries move with the same record and name', () => {
  const link = { kind: 'link' as const, size: 0, mtime: null, record: 'target' };
  expect(moves([file('/a/l', null, link)], [file('/b/l', null, link)])).toEqual(['/a/l → /b/l']);
  expect(moves([file('/a/l', null, link)], [file('/b/l', null, { ...link, record: 'other' })])).toEqual([]);
  const bundle = { kind: 'summary' as const, record: 'sums' };
  expect(moves([file('/a/s', null, bundle)], [file('/b/s', null, bundle)])).toEqual(['/a/s → /b/s']);
  expect(moves([file('/a/s', null, bundle)], [file('/b/s', null)])).toEqual([]);
});

test('thousands of files with one content are matched one to one', () => {
  const many = Array.from({ length: 2000 }, (_, index) => index);
  const found = matchMoves(many.map((index) => file(`/a/${index}/x`, '1')), many.map((index) => file(`/b/${index}/x`, '1')));
  expect(found.size).toBe(2000);
  expect(new Set(found.values()).size).toBe(2000);
});

test('very many equal files that may not pair are given up, in all groups together', () => {
  const of = (side: string): MoveCandidate[] => Array.from({ length: 40_000 }, (_, index) => file(`/${side}/${index}`, String(index % 4)));
  let asked = 0;
  const isNever = (): boolean => {
    asked += 1;
    return false;
  };
  expect(matchMoves(of('gone'), of('added'), isNever).size).toBe(0);
  // Four groups of 10,000 by 10,000, once for each way to pair, would be more than ten times as much.
  expect(asked).toBeLessThan(25_000_000);
});
