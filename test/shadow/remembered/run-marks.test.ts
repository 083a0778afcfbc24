import { mkdirSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { markRun, readRunMark, timeOfRun } from '../../../src/shadow/remembered/run-marks.js';
import { tempDir } from '../../harness/index.js';

describe('markRun', () => {
  it('is remembered by facet and outcome, with time and duration', () => {
    const gitDir = tempDir();
    mkdirSync(path.join(gitDir, 'fso'));
    const at = new Date(Date.UTC(2024, 0, 1, 2, 3, 4, 567));
    expect(timeOfRun(gitDir, 'success', 'stat')).toBeNull();
    expect(readRunMark(gitDir, 'success', 'stat')).toBeNull();
    markRun(gitDir, 'success', 'stat', { at: new Date(0), seconds: 100, visited: null });
    markRun(gitDir, 'success', 'stat', { at, seconds: 1.25, visited: 7 });
    markRun(gitDir, 'partial', 'sha', { at: new Date(0), seconds: null, visited: null });
    expect(timeOfRun(gitDir, 'success', 'stat')).toEqual(at);
    expect(readRunMark(gitDir, 'success', 'stat')).toEqual({ at, seconds: 1.25, visited: 7 });
    expect(readRunMark(gitDir, 'partial', 'sha')).toEqual({ at: new Date(0), seconds: null, visited: null });
    expect(timeOfRun(gitDir, 'success', 'sha')).toBeNull();
  });

  it('is worth its time without its content, which a crash may cost', () => {
    const gitDir = tempDir();
    mkdirSync(path.join(gitDir, 'fso'));
    markRun(gitDir, 'success', 'stat', { at: new Date(0), seconds: 3, visited: null });
    truncateSync(path.join(gitDir, 'fso/success-stat'));
    expect(readRunMark(gitDir, 'success', 'stat')?.seconds).toBeNull();
  });

  it('names what cannot be written', () => {
    const gitDir = tempDir();
    expect(() => markRun(gitDir, 'success', 'stat', { at: new Date(0), seconds: 3, visited: null })).toThrow(
      `${gitDir}/fso/success-stat: cannot be written`,
    );
  });
});
