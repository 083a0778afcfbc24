import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../harness/index.js';
import { DAY, HOUR, MINUTE, shadowOf, Simulation, times } from '../simulation.js';

const configOf = (shadow: string): string => path.join(shadow, '.git/config');

/** Makes a shadow repo one of a format that is not known. */
function spoil(shadow: string): void {
  git(['config', '-f', configOf(shadow), 'extensions.objectFormat', 'sha256'], '/');
}

function repair(shadow: string): void {
  git(['config', '-f', configOf(shadow), '--unset', 'extensions.objectFormat'], '/');
}

describe('what fails', () => {
  it('is tried again after a minute, then after twice that, up to a day', async () => {
    const simulation = new Simulation({ 'r/a/x': '1', 'r/b/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1d }' });
    await simulation.once();
    const shadow = shadowOf(simulation, 'r/a');
    spoil(shadow);
    simulation.clock.advance(DAY);
    const began = simulation.clock.elapsed;
    await simulation.stay(5 * DAY);
    const failed = simulation.ran.filter(({ error }) => error !== null).map(({ at }) => Math.round((at - began) / MINUTE));
    const waits = failed.slice(1).map((at, index) => at - failed[index]!);
    expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect(new Set(waits.slice(11))).toEqual(new Set([1440]));
    expect(times(simulation.ran, 'r/b', 'stat').length).toBeGreaterThanOrEqual(6);
    const [problem] = simulation.problems().list();
    expect(problem).toMatchObject({ path: simulation.path('r/a'), part: 'repo', count: failed.length });
    expect(problem?.since.getTime()).toBe(Date.UTC(2024, 0, 1) + began);
  });

  it('is forgotten when it succeeds', async () => {
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1d }' });
    await simulation.once();
    const shadow = shadowOf(simulation, 'r/a');
    spoil(shadow);
    simulation.clock.advance(DAY);
    await simulation.once();
    expect(simulation.problems().list()).toHaveLength(1);
    repair(shadow);
    expect(await simulation.once(), 'it waits').toEqual([]);
    simulation.clock.advance(MINUTE);
    expect(await simulation.once()).toMatchObject([{ error: null, facets: ['stat'] }]);
    expect(simulation.problems().list()).toEqual([]);
  });

  it('is looked for below roots only while they are what they were', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1', 's/b/x': '1' },
      { r: 'facets: [stat], schedule: { stat: every 1h }', s: 'facets: [stat], schedule: { stat: every 1h }' },
    );
    await simulation.once();
    const before = git(['rev-parse', 'master-stat'], shadowOf(simulation, 'r/a'));
    renameSync(simulation.path('r'), simulation.path('away'));
    mkdirSync(simulation.path('r'));
    simulation.clock.advance(HOUR);
    await simulation.stay(10 * HOUR);
    expect(times(simulation.ran, 'r/a', 'stat')).toHaveLength(1);
    expect(times(simulation.ran, 's/b', 'stat').length).toBeGreaterThan(10);
    expect(simulation.problems().list()).toMatchObject([{ path: simulation.path('r'), part: 'root' }]);
    expect(git(['rev-parse', 'master-stat'], shadowOf(simulation, 'r/a'))).toBe(before);
  });

  it('goes on by itself when a root is there again', async () => {
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    await simulation.once();
    renameSync(simulation.path('r'), simulation.path('away'));
    simulation.clock.advance(HOUR);
    await simulation.once();
    renameSync(simulation.path('away'), simulation.path('r'));
    simulation.clock.advance(10 * MINUTE);
    expect(await simulation.once()).toHaveLength(1);
    expect(simulation.problems().list()).toEqual([]);
  });

  it('does not keep a directory in mind that is no repo any more', async () => {
    const simulation = new Simulation({ 'r/a/x': '1', 'r/b/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    simulation.problems().add(simulation.path('r/gone'), 'repo', new Error('x'), simulation.clock.now());
    await simulation.once();
    expect(simulation.problems().list()).toEqual([]);
  });
});
