import { expect, test } from 'vitest';
import { clearProblems } from '../../../src/rescan/list/problems.js';
import { Simulation } from '../simulation.js';
import { alarms, files, nextRun, remove } from './watched-site.js';

test.each([
  [[40, 40, 40, 40, 40, 40], 30, false],
  [[40, 40, 40, 40, 40, 40], 160, true],
  [[1, 1, 1, 1, 1, 1], 30, true],
  [[1, 1, 1, 1, 1, 1], 10, false],
  [[1, 1, 200, 1, 1, 1], 30, true],
  [[1, 1], 30, false],
  [[1, 1], 100, true],
])('with `alarm: true`, after runs that deleted %j of 400 files, %i are an alarm: %s', async (before, last, isAlarm) => {
  const simulation = new Simulation(files('r/a/d', 400), { r: 'facets: [stat], schedule: { stat: every 1h }, alarm: true' });
  await simulation.once();
  let gone = 0;
  for (const count of before) {
    remove(simulation, gone, gone + count);
    gone += count;
    await nextRun(simulation);
  }
  clearProblems(simulation.site(), null);
  remove(simulation, gone, gone + last);
  await nextRun(simulation);
  expect(alarms(simulation).length > 0).toBe(isAlarm);
});
