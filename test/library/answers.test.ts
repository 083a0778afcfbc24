import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { all, bytes, makeScene, NO_UTF8 } from './scene.js';

test('which repo covers a path, what happened to it, and what changed: over repos, with moves', async () => {
  const scene = makeScene();
  const config = scene.config();
  const old = { GIT_COMMITTER_DATE: '2001-01-01T00:00:00Z' };
  const past = new Date(1_500_000_000_000);
  for (const name of ['README.md', 'sub/\xe9']) fs.utimesSync(bytes(`${scene.realdir}/${name}`), past, past);
  const other = path.join(scene.top, 'project/other');
  fs.mkdirSync(other);
  await library.rescan(config, { env: old });
  fs.renameSync(bytes(`${scene.realdir}/sub/\xe9`), bytes(`${other}/\xe9`));
  await library.rescan(config, { env: { GIT_COMMITTER_DATE: '2001-01-02T00:00:00Z' } });

  const readme = path.join(scene.realdir, 'README.md');
  expect(library.coveringRepos(config, readme)).toEqual([
    { realdir: scene.realdir, shadow: expect.stringMatching(/\.fso$/), coverage: 'file', responsible: true },
  ]);
  const [from, to] = [`${scene.realdir}/sub/${NO_UTF8}`, `${other}/${NO_UTF8}`];
  const changes = await library.compareTimes(config, new Date('2001-01-01T12:00:00Z'));
  expect(changes.filter(({ kind }) => kind === 'file')).toMatchObject([{ change: 'moved', path: to, from, first: false }]);
  expect(await library.compareTimes(config, '2001-01-01T12:00Z', { places: [readme] })).toEqual([]);
  const log = await all(library.readLog(config, { places: [to], until: new Date('2001-01-03T00:00:00Z') }));
  expect(log).toMatchObject([{ change: 'moved', path: to, from, time: new Date('2001-01-02T00:00:00Z'), stat: { kind: 'file', size: 9 } }]);
  const plain = await all(library.readLog(config, { places: [to], moves: false, since: '2001-01-01T12:00Z' }));
  expect(plain).toMatchObject([{ change: 'added', from: null, first: false }]);
  await expect(library.compareTimes(config, '1999-01-01')).rejects.toThrow('records begin 2001-01-01');
  await expect(library.compareTimes(config, 'no such day')).rejects.toThrow(library.UsageError);
  await expect(all(library.readLog(config, { places: ['relative'] }))).rejects.toThrow(library.UsageError);
});
