import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fso } from '../../harness/index.js';
import { makeSite } from '../../rescan/site.js';

test('verify, list and doctor tell of findings as long as they stand', () => {
  const site = makeSite({ 'a/file': { file: 'right', mtime: 1_500_000_000 } }, '    facets: [stat, sha, verify]\n');
  expect(site.rescan()).toMatchObject({ status: 0 });
  const run = (...args: string[]): ReturnType<typeof fso> => fso(args, { cwd: site.top, env: { GIT_FSO_CONFIG: site.config } });
  const rewrite = (content: string): void => {
    fs.writeFileSync(path.join(site.project, 'a/file'), content);
    fs.utimesSync(path.join(site.project, 'a/file'), 1_500_000_000, 1_500_000_000);
  };
  expect(run('verify', '--findings')).toMatchObject({ status: 0, stdout: 'no findings\n' });
  rewrite('wrong');
  for (let night = 0; night < 2; night += 1) expect(run('verify')).toMatchObject({ status: 5 });
  expect(run('verify', '--findings')).toMatchObject({ status: 5, stdout: expect.stringMatching(/^REWRITTEN .*a\/file /) });
  expect(run('list').stdout).toMatch(/ problem: findings$/m);
  expect(run('doctor').stdout).toMatch(/^warning: .*\/a: findings stand since \S+: rewritten: file has not the bytes/m);
  rewrite('right');
  expect(run('verify')).toMatchObject({ status: 0 });
  expect(run('verify', '--findings', '--json')).toMatchObject({ status: 0, stdout: '' });
});
