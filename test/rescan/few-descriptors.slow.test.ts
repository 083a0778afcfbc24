import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, fsoCommand, git } from '../harness/index.js';
import { makeSite } from './site.js';

const FILES = 300;

describe('where few files may be open at a time', () => {
  it.each([48, 80])('%d: everything is recorded, and doctor names the limit', (limit) => {
    const files = Object.fromEntries(Array.from({ length: FILES }, (_, index) => [`a/d${index % 3}/f${index}`, String(index)]));
    const site = makeSite({ ...files, 'b/x': '1', 'c/x': '1' }, '    facets: [stat, sha, content]\n');
    const run = (...args: string[]): ReturnType<typeof spawnSync> => {
      const command = ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', ...fsoCommand(), ...args, '--config', site.config];
      return spawnSync('sh', command, { cwd: site.top, env: cleanEnvironment(), encoding: 'utf8' });
    };
    expect(run('rescan')).toMatchObject({ stderr: '', status: 0 });
    expect(
      git(['ls-tree', '-r', '--name-only', 'master-sha'], site.repos().get('a') ?? '')
        .split('\n')
        .filter((name) => /\/f\d+$/.test(name)),
    ).toHaveLength(FILES);
    expect(run('doctor').stdout).toMatch(new RegExp(`open files.*no more than ${limit} may be open`));
  });
});
