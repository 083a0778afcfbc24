import { expect, it } from 'vitest';
import { buildTree, tempDir } from '../../harness/index.js';
import { canMount, inMountNamespace } from '../mount-namespace.js';

it.skipIf(!canMount)('a filesystem that is mounted later is waited for as soon as a realdir on it is recorded (needs unshare -m)', () => {
  const top = buildTree(tempDir(), { 'r/a/x': '', 'r/b/x': '' });
  const script = `
    import { execFileSync } from 'node:child_process';
    import { statSync } from 'node:fs';
    const { MountsBelow } = await import(process.argv[1]);
    const root = '${top}/r';
    const mounts = new MountsBelow(root, statSync(root).dev, []);
    const say = (...words) => console.log(...words);
    const required = (realdir) => { try { mounts.require(realdir); return 'fine'; } catch (error) { return error.message; } };
    say('nothing:', mounts.learn(root + '/a'));
    execFileSync('mount', ['-t', 'tmpfs', 'none', root + '/a']);
    say('elsewhere:', mounts.learn(root + '/b'), 'mounted:', mounts.learn(root + '/a'), 'again:', mounts.learn(root + '/a'));
    say(required(root + '/a'));
    execFileSync('umount', [root + '/a']);
    say(required(root + '/a/deep'));
    say(required(root + '/b'));
    say('kept:', ...mounts.worthKeeping(() => true), 'lost:', ...mounts.lost(() => true));
    say('of no interest:', ...mounts.worthKeeping(() => false), ...mounts.lost(() => false));
  `;
  expect(inMountNamespace('guard/mounts-below', script, { cwd: top }).replaceAll(top, 'TOP').split('\n')).toEqual([
    'nothing: false',
    'elsewhere: false mounted: true again: false',
    'fine',
    'TOP/r/a/deep: nothing is mounted at TOP/r/a, where a filesystem was before; nothing was recorded',
    'fine',
    'kept: TOP/r/a lost: TOP/r/a',
    'of no interest:',
  ]);
});
