import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLockOfDeadOwner } from '../../src/storage/lock-owner.js';
import { guardRoot } from '../../src/rescan/guard/root-guard.js';
import { HookCursor } from '../../src/shadow/remembered/hook-cursor.js';
import { describeRecord, liveRecords } from '../../src/shadow/lock/lock-records.js';
import { ProblemStore } from '../../src/shadow/remembered/problem-store.js';
import { readRunMark } from '../../src/shadow/remembered/run-marks.js';
import { ownProcess } from '../../src/util/process/process-identity.js';
import { tempDir } from '../harness/index.js';
import { fuzz } from './fuzz.js';
import { hostile } from './inputs.js';
import type { Language } from './inputs.js';

/** JSON files of ours, which others can write to and disks can damage. */
function json(...valid: readonly object[]): Language {
  const words = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    'null',
    'true',
    '0',
    '-1',
    '1e999',
    '""',
    '{}',
    '[]',
    '\\',
    '\\u0000',
    '\n',
    '\0',
    '\xff',
    '__proto__',
    ...valid.flatMap((each) => Object.keys(each).map((key) => `"${key}":`)),
  ];
  return { words, valid: valid.map((each) => `${JSON.stringify(each)}\n`) };
}

const RECORD = { ...ownProcess(), command: 'stat', mode: 'shared', since: '2024-01-01T00:00:00Z' };
const PROBLEM = {
  part: 'stat',
  message: 'm',
  remedy: null,
  since: '2024-01-01T00:00:00.000Z',
  last: '2024-01-02T00:00:00.000Z',
  count: 2,
  retryAt: null,
};

describe('files that git-fso leaves for itself', () => {
  test('locks have a dead owner only if they say so', () => {
    const lock = `${tempDir()}/x.lock`;
    const dead = { 'git-fso': { ...ownProcess(), started: '1' } };
    fuzz(hostile(json(dead, { 'git-fso': null }, { 'git-fso': ownProcess() })), (content) => {
      fs.writeFileSync(lock, content);
      if (isLockOfDeadOwner(lock)) expect(content.toString('latin1')).toContain('"git-fso"');
    });
  });

  test('records of lock holders are described', () => {
    const directory = tempDir();
    fuzz(hostile(json(RECORD, { ...RECORD, host: 'elsewhere' })), (content) => {
      fs.writeFileSync(`${directory}/x`, content);
      for (const record of liveRecords(directory)) expect(describeRecord(record)).toContain('pid');
    });
  });

  test('hooks start anew where it is not known what they were told', () => {
    const directory = tempDir();
    fs.mkdirSync(`${directory}/fso`);
    const cursor = new HookCursor(directory, 'ab');
    fuzz(hostile(json({ stat: '12'.repeat(20) }, [] as unknown as object)), (content) => {
      fs.writeFileSync(`${directory}/fso/hook-ab`, content);
      expect(cursor.get('stat')).toSatisfy((commit) => commit === null || typeof commit === 'string');
    });
    cursor.set('stat', 'cd');
    expect(cursor.get('stat')).toBe('cd');
  });

  test('problems have dates and texts', () => {
    const directory = tempDir();
    const file = `${directory}/.git-fso/problems/x.json`;
    fs.mkdirSync(`${directory}/.git-fso/problems`, { recursive: true });
    fuzz(
      hostile(
        json(
          { path: '/a', pathBytes: 'L2E=', problems: [PROBLEM] },
          { path: '/a', pathBytes: 'L2E=', problems: [{ ...PROBLEM, retryAt: PROBLEM.last }] },
        ),
      ),
      (content) => {
        fs.writeFileSync(file, content);
        for (const { path, part, message, since, last, retryAt, count } of new ProblemStore(directory).list()) {
          expect([path, part, message].map((text) => typeof text)).toEqual(['string', 'string', 'string']);
          for (const date of [since, last, retryAt ?? last]) expect(date.toISOString()).toContain('T');
          expect(Number.isSafeInteger(count)).toBe(true);
        }
      },
    );
  });

  test('a root is what it was, or not known', () => {
    const shadow = tempDir();
    const root = tempDir();
    fs.writeFileSync(`${root}/x`, '');
    const location = { root: shadow, trimHostRoot: '' };
    guardRoot(location, root, false).remember();
    const [name] = fs.readdirSync(`${shadow}/.git-fso/roots`);
    const file = `${shadow}/.git-fso/roots/${name}`;
    const known = JSON.parse(fs.readFileSync(file, 'utf8')) as { device: number };
    const elsewhere = /another filesystem/;
    fuzz(hostile(json(known, { ...known, mount: null }, { ...known, device: -1 })), (content) => {
      fs.writeFileSync(file, content);
      try {
        expect(guardRoot(location, root, false).device).toBe(known.device);
      } catch (error) {
        expect(String(error)).toMatch(elsewhere);
        expect((JSON.parse(content.toString('utf8')) as { device: unknown }).device).toBeTypeOf('number');
      }
    });
  });

  test('marks of runs have a time or none', () => {
    const directory = tempDir();
    fs.mkdirSync(`${directory}/fso`);
    fuzz(fc.oneof(hostile(json({})), hostile({ words: ['1', '.', 'e', '-', 'Infinity', 'NaN'], valid: ['12.345\n'] })), (content) => {
      fs.writeFileSync(`${directory}/fso/success-stat`, content);
      const seconds = readRunMark(directory, 'success', 'stat')?.seconds;
      expect(seconds === null || Number.isFinite(seconds)).toBe(true);
    });
  });
});
