import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { cleanEnvironment, fsoCommand } from '../../harness/index.js';
import { canMount } from '../mount-namespace.js';
import { makeSite } from '../site.js';

it.skipIf(!canMount)('a daemon does not start where the shadow root is mounted read-only, and names the way out (needs unshare -m)', () => {
  const site = makeSite({ 'a/x': '1' }, '    facets: [stat]\n    schedule: { stat: every 1m }\n');
  expect(site.rescan().status).toBe(0);
  const script = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; shift; exec "$@"';
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-m', 'sh', '-ec', script, 'sh', site.shadow, ...fsoCommand(), 'daemon', '--config', site.config],
    { encoding: 'utf8', env: cleanEnvironment(), timeout: 60_000 },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: `git-fso: ${site.shadow}/.git-fso/daemon.lock: cannot be written: read-only file system\n  mount that filesystem ` +
      `read-write and run the command again\n`,
  });
});
