import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import { git } from '../../harness/index.js';
import { DAY, HOUR, MINUTE, shadowOf, Simulation, times } from '../simulation.js';

describe('what is due', () => {
  it('is done once, in the order of the facets, and then not before its time', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1' },
      { r: 'facets: [content, sha, stat], schedule: { stat: every 6h, sha: every 1d, content: every 6h }' },
    );
    expect((await simulation.once()).map(({ facets }) => facets)).toEqual([['stat', 'sha', 'content']]);
    expect(await simulation.once()).toEqual([]);
    simulation.clock.advance(6 * HOUR - 1000);
    expect(await simulation.once()).toEqual([]);
    simulation.clock.advance(1000);
    expect((await simulation.once()).map(({ facets }) => facets)).toEqual([['stat', 'content']]);
    simulation.clock.advance(5 * DAY);
    expect(
      (await simulation.once()).map(({ facets }) => facets),
      'what was missed is made up for once',
    ).toEqual([['stat', 'sha', 'content']]);
    expect(await simulation.once()).toEqual([]);
  });

  it('is done in one go, without what becomes due meanwhile, however much that is', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1', 'r/b/x': '1', 'r/c/x': '1' },
      { r: 'facets: [stat], schedule: { stat: every 1h }, jobs: 1' },
    );
    const ran = await simulation.once(() => simulation.clock.advance(2 * HOUR));
    expect(ran.map(({ repo }) => repo).sort()).toEqual(['r/a', 'r/b', 'r/c']);
    expect((await simulation.once()).map(({ repo }) => repo).sort(), 'the next run goes on with it').toEqual(['r/a', 'r/b', 'r/c']);
  });

  it('leaves facets without a schedule alone, and names roots that have none', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1', 's/b/x': '1' },
      { r: 'facets: [stat, content], schedule: { stat: every 6h }', s: 'facets: [stat]' },
    );
    expect((await simulation.once()).map(({ repo, facets }) => [repo, facets])).toEqual([['r/a', ['stat']]]);
    expect(simulation.events).toContainEqual({ type: 'unscheduled', root: simulation.path('s') });
  });

  it('is done at its times while it stays', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1', 'r/b/x': '1' },
      { r: 'facets: [stat, sha], schedule: { stat: every 6h, sha: "daily 03:00" }' },
      'timeZone: UTC\n',
    );
    await simulation.stay(3 * DAY);
    for (const repo of ['r/a', 'r/b']) {
      const stat = times(simulation.ran, repo, 'stat');
      expect(stat).toHaveLength(12);
      expect(stat.slice(1).every((at, index) => at - stat[index]! >= 6 * HOUR && at - stat[index]! < 6 * HOUR + MINUTE)).toBe(true);
      expect(times(simulation.ran, repo, 'sha').map((at) => Math.floor(at / HOUR))).toEqual([0, 3, 27, 51]);
    }
  });

  it('includes new repos, as often as the most frequent facet', async () => {
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 2h }' });
    await simulation.stay(5 * HOUR, ({ at }) => {
      if (at < 2 * HOUR) mkdirSync(simulation.path('r/new'), { recursive: true });
    });
    const [first = 0] = times(simulation.ran, 'r/new', 'stat');
    expect(Math.floor(first / HOUR)).toBe(2);
    expect(times(simulation.ran, 'r/new', 'stat')).toHaveLength(2);
  });

  it('does not include what is done by somebody else at the moment', async () => {
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    await simulation.once();
    simulation.clock.advance(HOUR);
    const held = await acquireLock(`${shadowOf(simulation, 'r/a')}/.git/fso/lock-job`, 'exclusive', { waitMs: 0, command: 'other' });
    expect(await simulation.once()).toEqual([]);
    held.release();
    expect(await simulation.once()).toHaveLength(1);
  });
});

describe('the order', () => {
  const many = (root: string, count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${root}/${String(index).padStart(2, '0')}/x`, '']));

  it('takes roots in turn', async () => {
    const schedule = 'facets: [stat], schedule: { stat: every 1h }';
    const simulation = new Simulation({ ...many('r', 6), ...many('s', 2) }, { r: schedule, s: schedule }, 'jobs: 1\n');
    const order = (await simulation.once()).map(({ repo }) => repo[0]);
    expect(order.slice(0, 4).join('')).toMatch(/^(rsrs|srsr)$/);
  });

  it('begins with what is most overdue', async () => {
    const simulation = new Simulation(many('r', 3), { r: 'facets: [stat], schedule: { stat: every 1h }' }, 'jobs: 1\n');
    await simulation.once();
    const ages = { '00': 2, '01': 5, '02': 3 };
    simulation.clock.advance(6 * HOUR);
    for (const [name, hours] of Object.entries(ages)) {
      const at = new Date(simulation.clock.now().getTime() - hours * HOUR);
      utimesSync(`${shadowOf(simulation, `r/${name}`)}/.git/fso/success-stat`, at, at);
    }
    expect((await simulation.once()).map(({ repo }) => repo)).toEqual(['r/01', 'r/02', 'r/00']);
  });

  it.each([
    ['in all', 'jobs: 3\n', '', 3],
    ['in a root', 'jobs: 4\n', 'jobs: 2, ', 2],
    ['on a device', 'jobs: 4\njobsPerDevice: 1\n', '', 1],
  ])('has no more at the same time than allowed %s', async (_where, settings, rootSettings, most) => {
    const simulation = new Simulation(many('r', 5), { r: `${rootSettings}facets: [stat], schedule: { stat: every 1h }` }, settings);
    let peak = 0;
    const running = simulation.once();
    const watch = setInterval(() => {
      peak = Math.max(peak, simulation.scheduler?.runningCount ?? 0);
    }, 1);
    await running;
    clearInterval(watch);
    expect(peak).toBe(most);
  });
});

describe('a limit for sha', () => {
  it('ends the run, and the next one goes on where it stopped', async () => {
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`r/a/${index}`, 'x'.repeat(1000)]));
    const simulation = new Simulation(
      files,
      { r: 'facets: [sha], schedule: { sha: "daily 03:00" }, shaLimit: { bytes: 2k }' },
      'timeZone: UTC\n',
    );
    await simulation.stay(8 * DAY);
    const shadow = shadowOf(simulation, 'r/a');
    expect(git(['ls-tree', '-r', '--name-only', 'master-sha'], shadow).split('\n')).toEqual(
      expect.arrayContaining(['0', '1', '2', '3', '4', '5']),
    );
    const commits = Number(git(['rev-list', '--count', 'master-sha', '^master-stub'], shadow));
    expect(commits).toBeGreaterThan(1);
    const days = times(simulation.ran, 'r/a', 'sha').map((at) => at / HOUR);
    expect(days.slice(1).map((hour) => Math.floor(hour) % 24), 'one run a day').toEqual(days.slice(1).map(() => 3));
  });
});

describe('a scheduler that stays', () => {
  it('follows another configuration when it gets one', async () => {
    const simulation = new Simulation({ 'r/a/x': '1', 's/b/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    let isChanged = false;
    await simulation.stay(12 * HOUR, ({ at }) => {
      if (at < 5 * HOUR || isChanged) return;
      isChanged = true;
      simulation.setRoots({ s: 'facets: [stat], schedule: { stat: every 1h }' });
    });
    expect(Math.max(...times(simulation.ran, 'r/a', 'stat'))).toBeLessThan(6 * HOUR);
    expect(times(simulation.ran, 's/b', 'stat').length).toBeGreaterThanOrEqual(6);
  });

  it('finishes what it has begun when it is stopped, and begins nothing else', async () => {
    const simulation = new Simulation(
      { 'r/a/x': '1', 'r/b/x': '1', 'r/c/x': '1' },
      { r: 'facets: [stat], schedule: { stat: every 1h }' },
      'jobs: 1\n',
    );
    await simulation.stay(HOUR, () => simulation.stop());
    expect(simulation.ran).toHaveLength(1);
    expect(simulation.ran[0]?.error).toBeNull();
  });

  it('ends at once when it is aborted', async () => {
    const simulation = new Simulation({ 'r/a/x': '1', 'r/b/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' }, 'jobs: 1\n');
    await expect(simulation.stay(HOUR, () => simulation.abort())).rejects.toThrow('aborted');
    expect(simulation.ran).toHaveLength(1);
  });

  it('records a realdir that is gone as empty, once', async () => {
    const simulation = new Simulation({ 'r/a/x': '1', 'r/b/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    await simulation.stay(4 * HOUR, ({ at }) => {
      if (at > HOUR) rmSync(simulation.path('r/a'), { recursive: true, force: true });
    });
    const shadow = shadowOf(simulation, 'r/a');
    expect(git(['ls-tree', '-r', '--name-only', 'master-stat'], shadow)).not.toContain('x');
    expect(git(['rev-list', '--count', 'master-stat', '^master-stub'], shadow)).toBe('2');
  });

  it('records changes', async () => {
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    let count = 0;
    await simulation.stay(5 * HOUR - MINUTE, () => writeFileSync(simulation.path('r/a', `new-${count++}`), ''));
    expect(git(['rev-list', '--count', 'master-stat', '^master-stub'], shadowOf(simulation, 'r/a'))).toBe(String(count));
  });
});
