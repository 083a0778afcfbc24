import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import type { Scene } from './scene.js';
import { all, bytes, makeScene } from './scene.js';

const HEX = /^[0-9a-f]{40}$/;

let top: Scene['top'];
let realdir: Scene['realdir'];
let shadow: Scene['shadow'];
let config: Scene['config'];

beforeEach(() => {
  ({ top, realdir, shadow, config } = makeScene());
});

describe('a configuration', () => {
  test('is loaded, or refused with every mistake', () => {
    expect(config()).toMatchObject({ shadow, roots: [{ path: path.join(top, 'project'), name: 'project' }], warnings: [] });
    fs.writeFileSync(path.join(top, 'bad.yml'), 'shadow: relative\nroots: 1\n');
    expect(() => library.loadConfig(path.join(top, 'bad.yml'))).toThrow(
      expect.objectContaining({ code: 'Config', problems: [expect.anything(), expect.anything()] }),
    );
    expect(() => library.withRoots(config(), ['other'])).toThrow(expect.objectContaining({ code: 'Usage' }));
  });

  test('is rescanned, with events, and then nothing is due', async () => {
    const site = config();
    const events: library.RescanEvent[] = [];
    expect(await library.rescan(site, { dryRun: true })).toMatchObject({ created: 1 });
    expect(fs.existsSync(shadow)).toBe(false);
    expect(await library.rescan(library.withRoots(site, ['project']), { onEvent: (event) => events.push(event) })).toMatchObject({
      repos: 1,
      created: 1,
      failed: 0,
    });
    const [report] = events.flatMap((event) => (event.type === 'repo' ? [event.report] : []));
    expect([...(report?.facets.values() ?? [])].map(({ commit }) => commit)).toEqual([
      expect.stringMatching(HEX),
      expect.stringMatching(HEX),
      expect.stringMatching(HEX),
    ]);
    expect(report?.realdir).toBe(realdir);
    expect(await library.rescanDue(site)).toMatchObject({ repos: 0, failed: 0 });
    expect(await library.rescan(site, { places: [path.join(realdir, 'sub')], facets: ['stat'], init: false })).toMatchObject({
      repos: 1,
      changed: 0,
    });
  });

  test('is listed: repos, what is due, directories, problems, findings', async () => {
    const site = config();
    expect(await all(library.discover(site))).toEqual([{ state: 'no shadow repo', path: realdir }]);
    await library.rescan(site);
    expect((await all(library.listRepos(site)))[0]).toMatchObject({
      root: path.join(top, 'project'),
      repos: [{ realdir, missing: false, files: 3 }],
    });
    expect((await all(library.listDue(site, { now: new Date(Date.now() + 7_200_000) })))[0]?.entries).toMatchObject([
      { realdir, facet: 'stat' },
    ]);
    expect(await all(library.discover(site, { untracked: true }))).toEqual([]);
    const findings = await all(library.diagnose(site, { searchPath: '.:/usr/bin' }));
    expect(findings.map(({ subject }) => subject)).toContain('PATH');
    const before = library.listProblems(site);
    fs.writeFileSync(bytes(`${top}/project/\xe9`), '');
    expect(before).toEqual([]);
    fs.renameSync(path.join(top, 'project'), path.join(top, 'away'));
    expect(await library.rescan(site)).toMatchObject({ failed: 1 });
    expect(library.listProblems(site)).toMatchObject([{ path: path.join(top, 'project'), part: 'root' }]);
    expect([library.clearErrors(site), library.clearErrors(site), library.listProblems(site)]).toEqual([1, 0, []]);
  });

  test('has one daemon, which does what is due', async () => {
    const site = config();
    const events: library.DaemonEvent[] = [];
    const daemon = await library.startDaemon(site, { once: true, onEvent: (event) => events.push(event) });
    await expect(library.startDaemon(site)).rejects.toMatchObject({ code: 'Locked' });
    daemon.reload(config());
    await daemon.run();
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['daemon', 'repo']));
    expect((await library.startDaemon(site, { once: true })).run).toBeTypeOf('function');
  });

  test('that was not loaded is refused', () => {
    expect(() => library.listProblems({ ...config() })).toThrow(expect.objectContaining({ code: 'Usage' }));
  });
});
