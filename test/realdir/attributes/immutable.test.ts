import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readImmutable } from '../../../src/realdir/attributes/immutable.js';
import { bytesOfText } from '../../../src/util/byte-string.js';
import { asNobody, tempDir } from '../../harness/index.js';
import { bundleModule } from '../../harness/bundle-module.js';

const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const inspect = (at: string) => readImmutable(bytesOfText(at));
const dir = tempDir();
fs.chmodSync(dir, 0o755);

const canChattr = run('chattr', '+i', dir) && run('chattr', '-i', dir);
const canMount = run('unshare', '-m', 'mount', '-t', 'tmpfs', 'none', dir);
// Otherwise a test that fails leaves something that cannot be removed.
afterAll(() => void (canChattr && run('chattr', '-R', '-ia', dir)));

describe('readImmutable', () => {
  test('ordinary directories are not, whoever may write to them', () => {
    expect(inspect(dir)).toEqual({ immutable: false });
    asNobody(() => expect(inspect(dir)).toEqual({ immutable: false }));
    expect(inspect(path.join(dir, 'missing'))).toEqual({ immutable: false });
  });

  test.skipIf(!canChattr)('the attribute shows to every user (needs chattr)', () => {
    const fixed = fs.mkdtempSync(path.join(dir, 'fixed-ü'));
    fs.chmodSync(fixed, 0o755);
    expect(run('chattr', '+i', fixed)).toBe(true);
    expect(inspect(fixed)).toEqual({ immutable: true });
    asNobody(() => expect(inspect(fixed)).toEqual({ immutable: true }));
    expect(run('chattr', '-i', fixed)).toBe(true);
    expect(inspect(fixed)).toEqual({ immutable: false });
  });

  test.skipIf(!canChattr)('append-only is something else (needs chattr)', () => {
    const growing = fs.mkdtempSync(path.join(dir, 'growing'));
    expect(run('chattr', '+a', growing)).toBe(true);
    expect(inspect(growing)).toEqual({ immutable: false });
    expect(run('chattr', '-a', growing)).toBe(true);
  });

  test.skipIf(!canMount)('on a filesystem that is mounted read-only lsattr is asked (needs unshare -m)', () => {
    const mount = fs.mkdtempSync(path.join(dir, 'mount'));
    const module = bundleModule('realdir/attributes/immutable', dir);
    const print = `import('${module}').then((m) => console.log(JSON.stringify(m.readImmutable(process.argv[1]))))`;
    const script = `set -e
      mount -t tmpfs none "$1"
      mkdir "$1/plain" "$1/fixed"
      chattr +i "$1/fixed" && fixed=true || fixed=false
      mount -o remount,ro "$1"
      "$2" -e "$3" "$1/plain"
      "$2" -e "$3" "$1/fixed"
      mount --bind /dev/null "$(command -v lsattr)"
      "$2" -e "$3" "$1/fixed"
      echo $fixed`;
    const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', mount, process.execPath, print]);
    const [plain, fixed, without, canFix] = stdout.toString().trim().split('\n').map((line): unknown => JSON.parse(line));
    expect(without).toEqual({ immutable: false, warning: 'cannot tell whether it is immutable: lsattr is not installed' });
    // Not every kernel lets tmpfs have attributes.
    const unknown = { immutable: false, warning: expect.stringContaining('cannot tell whether it is immutable') };
    expect([plain, fixed]).toEqual(canFix === true ? [{ immutable: false }, { immutable: true }] : [unknown, unknown]);
  });
});
