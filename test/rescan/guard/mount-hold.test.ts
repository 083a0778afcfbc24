import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MountHold } from '../../../src/rescan/guard/mount-hold.js';
import { buildTree, tempDir } from '../../harness/index.js';
import { canMount, inMountNamespace } from '../mount-namespace.js';

/** Runs shell commands between taking hold of `top/r/a` and confirming it, in a namespace of their own. */
function confirmed(before: string, meanwhile: string): string {
  const top = buildTree(tempDir(), { 'r/a/x': '', 'disk/a/x': '', 'other/a/x': '' });
  const script = `
    import { execFileSync } from 'node:child_process';
    const { MountHold } = await import(process.argv[1]);
    const hold = new MountHold('${top}/r', '${top}/r/a');
    try { execFileSync('sh', ['-ec', process.argv[2]], { cwd: '${top}', stdio: ['ignore', 'ignore', 'pipe'] }); } catch (error) { ` +
      `console.log(String(error.stderr).trim()); }
    try { hold.confirm(); console.log('confirmed'); } catch (error) { console.log(error.message); }
  `;
  return inMountNamespace('guard/mount-hold', script, { cwd: top, before, parameters: [meanwhile] }).replaceAll(top, 'TOP');
}

const CHANGED = 'TOP/r/a: was mounted, unmounted, created or removed while it was read';

describe('MountHold', () => {
  it('confirms what has not moved', () => {
    const top = buildTree(tempDir(), { 'r/a/x': '' });
    const hold = new MountHold(path.join(top, 'r'), path.join(top, 'r/a'));
    hold.confirm();
    hold.release();
    const missing = new MountHold(path.join(top, 'r'), path.join(top, 'r/b'));
    missing.confirm();
    missing.release();
  });

  it.each([
    ['created', 'r/b', (top: string) => mkdirSync(path.join(top, 'r/b'))],
    ['removed', 'r/a', (top: string) => rmSync(path.join(top, 'r/a'), { recursive: true })],
    ['removed with its root', 'r/a', (top: string) => renameSync(path.join(top, 'r'), path.join(top, 's'))],
  ])('does not confirm a realdir that was %s', (_how, realdir, change) => {
    const top = buildTree(tempDir(), { 'r/a/x': '' });
    const hold = new MountHold(path.join(top, 'r'), path.join(top, realdir));
    change(top);
    expect(() => hold.confirm()).toThrow(/created or removed while it was read/);
    hold.release();
  });

  describe.skipIf(!canMount)('where filesystems can be mounted (needs unshare -m)', () => {
    it('does not confirm what was unmounted', () => {
      expect(confirmed('mount --bind disk r', 'umount -l r')).toBe(CHANGED);
    });

    it('does not confirm what was mounted anew, though it is the same', () => {
      expect(confirmed('mount --bind disk r', 'umount -l r; mount --bind disk r')).toBe(CHANGED);
    });

    it('does not confirm what something was mounted on', () => {
      expect(confirmed('true', 'mount --bind other r')).toBe(CHANGED);
      expect(confirmed('true', 'mount -t tmpfs none r')).toBe(CHANGED);
    });

    it('does not let a filesystem be unmounted in the usual way', () => {
      expect(confirmed('mount --bind disk r', 'umount r')).toMatch(/target is busy\.?\s*confirmed$/);
    });

    it('does not care for what happens elsewhere', () => {
      expect(confirmed('mount --bind disk r', 'mount -t tmpfs none other; umount other')).toBe('confirmed');
    });
  });
});
