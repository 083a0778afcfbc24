import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fso, tempDir } from '../harness/index.js';

const NAME = '1a2080c5-3028-4d79-b6b6-9e774578e36a.fso';

test('directories that are named like shadow repos are recorded, and take nothing from those above them', () => {
  const top = tempDir();
  const at = (...names: string[]): string => path.join(top, ...names);
  const config = at('git-fso.yml');
  fs.mkdirSync(at('root/b/sub'), { recursive: true });
  fs.writeFileSync(
    config,
    `shadow: ${at('shadow')}\ntrimHostRoot: ${at('root')}\nroots:\n  - path: ${at('root')}\n    facets: [stat]\n    patterns: |\n    ` +
      `  superrepo b\n        repo b/*\n      superrepo .\n        repo *\n`,
  );
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    fso([...args, '--config', config], { cwd: top });
  const rescan = (): string => {
    const { status, stdout, stderr } = run('rescan');
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };
  rescan();
  for (const place of ['root', 'root/b', 'root/b/sub']) fs.mkdirSync(at(place, NAME, 'inner'), { recursive: true });
  expect(rescan()).toContain('2 created');
  for (const place of ['root/b', `root/${NAME}`, `root/b/${NAME}`]) fs.writeFileSync(at(place, 'new'), 'x');
  const changed = rescan();
  for (const place of ['root/b', `root/${NAME}`, `root/b/${NAME}`]) expect(changed).toContain(`changed ${at(place)}: stat +`);
  const list = run('list');
  expect(list.status).toBe(0);
  expect(list.stdout).not.toMatch(/not created|not a shadow repo/);
});

test('a realdir whose mirror would be in a shadow repo, or among the notes, is an error of its own', () => {
  const top = tempDir();
  const at = (...names: string[]): string => path.join(top, ...names);
  const config = at('git-fso.yml');
  fs.mkdirSync(at('root/.git-fso'), { recursive: true });
  fs.writeFileSync(
    config,
    `shadow: ${at('shadow')}\ntrimHostRoot: ${at('root')}\nroots:\n  - path: ${at('root')}\n    facets: [stat]\n    patterns: |\n    ` +
      `  superrepo .\n        repo *\n`,
  );
  const run = (): { status: number | null; stdout: string; stderr: string } => fso(['rescan', '--config', config], { cwd: top });
  expect(run().status).toBe(0);
  const first = fso(['init', '--observe', at('root/.git-fso'), '--shadow', at('shadow'), '--trim-host-root', at('root')], { cwd: top });
  expect([first.status, first.stderr]).toEqual([
    1,
    expect.stringContaining('root/.git-fso: has the name of something that git-fso uses itself'),
  ]);
  const shadow = fs.readdirSync(at('shadow')).find((name) => name.endsWith('.fso')) ?? '';
  fs.mkdirSync(at('root', shadow));
  fs.writeFileSync(at('root/new'), 'x');
  const second = run();
  expect([second.status, second.stdout]).toEqual([1, expect.stringContaining(`changed ${at('root')}: stat`)]);
  expect(second.stderr).toContain(`${at('root', shadow)}: has the name of another shadow repo`);
  expect(fs.readdirSync(at('shadow', shadow))).toEqual(['.git', '.gitignore']);
});
