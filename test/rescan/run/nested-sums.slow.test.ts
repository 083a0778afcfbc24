import { linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RepoReport } from '../../../src/rescan/events.js';
import { readFacts } from '../../../src/rescan/list/repo-facts.js';
import { ShadowRepo } from '../../../src/shadow/shadow-repo.js';
import { acquireLock } from '../../../src/shadow/lock/lock.js';
import { fso } from '../../harness/index.js';
import { count } from '../independent-count.js';
import { recordedCount } from '../recorded-count.js';
import { DAY, HOUR, shadowOf, Simulation } from '../simulation.js';
import { makeSite } from '../site.js';
import type { TestSite } from '../site.js';

const SETTINGS = `    facets: [stat]
    patterns: ["superrepo .", "enter data", "superrepo data/*", "repo data/*/inner"]
    initPolicy: ["bundle-subdirs .", "ignore-most data/*", "enter-subdirs data/*/inner"]
`;

/** Entries that each repo had looked at, by its path below the project. */
function visits(site: TestSite, ...args: string[]): Map<string, number> {
  const { status, stdout } = site.rescan('--json', ...args);
  expect(status).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; realdir: string; facets: { visited: number }[] });
  const repos = events.filter(({ type }) => type === 'repo');
  return new Map(repos.map(({ realdir, facets }) => [path.relative(site.project, realdir) || '.', facets[0]?.visited ?? 0]));
}

function expectTrue(site: TestSite): void {
  for (const [realdir, shadow] of site.repos())
    expect([realdir, recordedCount(shadow, '.nogtree')]).toEqual([realdir, count(path.join(site.project, realdir))]);
  expect(recordedCount(site.repos().get('.') ?? '', 'data')).toEqual(count(path.join(site.project, 'data')));
}

describe.each(['1', '4'])('a rescan with %s jobs', (jobs) => {
  it('sums up each directory once, and counts hard links across repos once', () => {
    const tree = Object.fromEntries(Array.from({ length: 12 }, (_, repo) => [0, 1, 2, 3].flatMap((file) => [
      [`data/p${repo}/sub/f${file}`, 'x'.repeat(100)],
      [`data/p${repo}/inner/deep/f${file}`, 'y'.repeat(10)],
    ])).flat());
    const site = makeSite({ ...tree, 'other/x': 'z' }, SETTINGS);
    const at = (name: string): string => path.join(site.project, name);
    linkSync(at('data/p0/sub/f0'), at('data/p1/inner/deep/again'));
    linkSync(at('data/p1/inner/deep/f0'), at('data/p1/inner/again'));
    linkSync(at('data/p2/inner/deep/f0'), at('other/again'));
    visits(site, '--jobs', jobs);
    expectTrue(site);
    linkSync(at('data/p3/inner/deep/f0'), at('data/p4/again'));
    writeFileSync(at('data/p5/inner/deep/new'), 'w'.repeat(1000));
    const visited = [...visits(site, '--jobs', jobs).values()].reduce((sum, each) => sum + each, 0);
    expectTrue(site);
    const { dirs, files } = count(site.project);
    expect(visited).toBeLessThan(1.1 * (dirs + files));
    const before = site.heads();
    visits(site, '--jobs', jobs);
    expect(site.heads()).toEqual(before);
  });
});

describe('sums of a nested repo', () => {
  const build = (): TestSite => {
    const site = makeSite({ 'data/p/file': '1', 'data/p/inner/a/b': '22', 'data/p/inner/c': '333' }, SETTINGS);
    expect([...visits(site)]).toEqual([['data/p/inner', 3], ['data/p', 2], ['.', 2]]);
    return site;
  };

  it('are not used if that was not recorded in this rescan', () => {
    const site = build();
    writeFileSync(path.join(site.project, 'data/p/inner/a/b'), '4444');
    rmSync(path.join(site.repos().get('data/p/inner') ?? '', '.git/objects'), { recursive: true });
    expect(site.rescan().status).toBe(1);
    expect(recordedCount(site.repos().get('data/p') ?? '', '.nogtree')).toEqual(count(path.join(site.project, 'data/p')));
  });

  it('are not used for another directory in its place', () => {
    const site = build();
    const inner = path.join(site.project, 'data/p/inner');
    renameSync(inner, path.join(site.top, 'elsewhere'));
    mkdirSync(inner);
    writeFileSync(path.join(inner, 'x'), '55555');
    expect(site.rescan().status).toBe(0);
    expectTrue(site);
  });
});

describe('a scheduled run of an outer repo', () => {
  const NESTED = 'facets: [stat], patterns: ["superrepo .", "repo *"], initPolicy: ["ignore-most ."], schedule: { stat: every 6h }';
  const build = (): Simulation => new Simulation({ 'r/n/file': '1', 'r/m/file': '1', 'r/file': '1' }, { r: NESTED }, 'jobs: 1\n');
  const lastReport = (simulation: Simulation, repo: string): RepoReport => {
    const reports = simulation.events.flatMap((event) =>
      event.type === 'repo' && event.report.realdir === simulation.path(repo) ? [event.report] : [],
    );
    return reports.at(-1)!;
  };

  it('comes after those below it that are due as well, and uses their sums', async () => {
    const simulation = build();
    expect((await simulation.once()).map(({ repo }) => repo)).toEqual(['r/m', 'r/n', 'r']);
    simulation.clock.advance(6 * HOUR);
    writeFileSync(simulation.path('r/n/file'), '4444');
    expect((await simulation.once()).map(({ repo }) => repo).at(-1)).toBe('r');
    expect(lastReport(simulation, 'r').facets.get('stat')?.visited).toBe(3);
    expect(recordedCount(shadowOf(simulation, 'r'), '.nogtree')).toEqual(count(simulation.path('r')));
  });

  it('uses sums that are younger than a day, and tells from when they are', async () => {
    const simulation = build();
    await simulation.once();
    simulation.clock.advance(12 * HOUR);
    const locks = await Promise.all(
      ['r/n', 'r/m'].map((repo) =>
        acquireLock(`${shadowOf(simulation, repo)}/.git/fso/lock-job`, 'exclusive', { waitMs: 0, command: 'other' }),
      ),
    );
    writeFileSync(simulation.path('r/n/file'), '4444');
    await simulation.once();
    expect(lastReport(simulation, 'r').facets.get('stat')?.visited).toBe(3);
    const shadow = shadowOf(simulation, 'r');
    expect(readFacts(ShadowRepo.open(shadow))).toMatchObject({ size: 3, summed: new Date(Date.UTC(2024, 0, 1)), isSummedBefore: true });

    simulation.clock.advance(DAY);
    await simulation.once();
    expect(readFacts(ShadowRepo.open(shadow))).toMatchObject({ size: 6, summed: simulation.clock.now() });
    expect(recordedCount(shadow, '.nogtree')).toEqual(count(simulation.path('r')));
    for (const lock of locks) lock.release();
  });
});

describe('summaries by a schedule', () => {
  const settings = `    facets: [stat]\n    summaries: every 7d\n    initPolicy: ["enter-subdirs e*", "bundle-subdirs b*", ` +
    `"ignore-most *"]\n`;
  const list = (site: TestSite, ...args: string[]): string =>
    fso(['list', '--config', site.config, ...args], { cwd: site.top }).stdout.replaceAll(site.project, '');

  it('renew at once what is visited anyway, and keep the rest as a whole', () => {
    const site = makeSite({ 'enter/a/b': '1', 'bundles/a/b': '1', 'bundles/top': '1', 'most/a/b': '1' }, settings);
    site.rescan();
    const names = ['enter', 'bundles', 'most'];
    const before = new Map(names.map((name) => [name, count(path.join(site.project, name))]));
    for (const name of names) writeFileSync(path.join(site.project, name, 'a/b'), '55555');
    writeFileSync(path.join(site.project, 'bundles/top'), '55555');
    const rememberedAt = (shadow: string): number => statSync(path.join(shadow, '.git/fso/sums')).mtimeMs;
    const summed = new Map(names.map((name) => [name, rememberedAt(site.repos().get(name) ?? '')]));
    expect(site.rescan('--json').stdout).toContain('"changed":2,');
    const recorded = (name: string, at = '.nogtree') => recordedCount(site.repos().get(name) ?? '', at);
    expect(recorded('enter')).toEqual(count(path.join(site.project, 'enter')));
    expect(recorded('bundles')).toEqual(before.get('bundles'));
    expect(recorded('bundles', 'a')).toEqual({ dirs: 1, files: 1, links: 0, others: 0, size: 1 });
    expect(recorded('most')).toEqual(before.get('most'));
    expect(names.map((name) => rememberedAt(site.repos().get(name) ?? '') > (summed.get(name) ?? 0))).toEqual([true, false, false]);

    expect(list(site)).toMatch(/^\/enter .* ok$/m);
    expect(list(site)).toMatch(/^\/bundles .* ok; sums from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S+$/m);
    expect(list(site)).toMatch(/^\/most .* ok; sums from /m);
    for (const line of list(site, '--json').trimEnd().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ summed: expect.stringMatching(/^\d{4}-/) as unknown });

    // A change of the toplevel directory itself is a trigger for everybody.
    writeFileSync(path.join(site.project, 'most/new'), '');
    expect(site.rescan().status).toBe(0);
    expect(recorded('most')).toEqual(count(path.join(site.project, 'most')));
    expect(list(site)).toMatch(/^\/most .* ok$/m);
  });

  it('renew all when they are due, and whenever stat runs if there is no schedule', async () => {
    const simulation = new Simulation(
      { 'r/a/x/y': '1' },
      { r: 'facets: [stat], initPolicy: ["ignore-most *"], schedule: { stat: every 1h }, summaries: "every 2d"' },
    );
    await simulation.once();
    const sizes: unknown[] = [];
    for (const hours of [1, 46, 1, 1]) {
      simulation.clock.advance(hours * HOUR);
      writeFileSync(simulation.path('r/a/x/y'), 'x'.repeat(hours + 1));
      await simulation.once();
      sizes.push(readFacts(ShadowRepo.open(shadowOf(simulation, 'r/a'))).size);
    }
    expect(sizes).toEqual([1, 1, 2, 2]);
  });
});
