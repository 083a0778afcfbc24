import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildTree, cleanEnvironment, fsoCommand, tempDir } from '../../harness/index.js';
import { canMount } from '../../rescan/mount-namespace.js';

/** Runs a script, in a mount namespace of its own, with a realdir, a shadow repo in the current directory and `fso`; returns its lines. */
function run(script: string, prepare: string, init = ''): string[] {
  const dir = tempDir();
  const real = buildTree(path.join(dir, 'real'), { a: 'a\n', 'mnt/below': 'what the mount covers\n' });
  const [program, ...args] = fsoCommand();
  const before = `
    R=${real}; D=${dir}
    fso() { ${[program, ...args].map((word) => `'${word}'`).join(' ')} "$@" 2>"$D/stderr" || echo "status $?"; }
    names() { git ls-tree -r --name-only "$1" | grep -v '^[.]' | tr '\\n' ' '; echo; }
    trees() { for b in stat sha content; do git rev-parse "master-$b^{tree}"; done | md5sum; }
    mount -t tmpfs none $R/mnt
    ${prepare}
    mkdir $D/shadow; cd $D/shadow
    fso init --observe $R ${init} >/dev/null
  `;
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-ec', before + script], { encoding: 'utf8', env: cleanEnvironment() });
  expect(stderr).toBe('');
  return stdout.trim().split('\n').map((line) => line.replace(/^(stat|sha) [0-9a-f]{10}/, '$1').trim());
}

describe.skipIf(!canMount)('a filesystem that was mounted in a realdir, and is not now (needs unshare -m)', () => {
  test('keeps what is recorded on every facet, is reported, until it is mounted again or accepted', () => {
    const lines = run(
      `
      fso stat >/dev/null; fso sha >/dev/null
      git update-ref refs/heads/master-content $(git commit-tree -p master-content -m x $(git ls-tree -r master-stat | grep ` +
        `'mnt/sub/f' | sed 's/\\t.*/\\tf/' | git mktree | xargs printf '040000 tree %s\\tmnt\\n' | git mktree))
      git update-index -q --refresh
      fso content >/dev/null
      before=$(trees); sums=$(git show master-stat:.nogtree)
      umount $R/mnt; echo new >$R/b
      fso status; fso stat | tail -1; fso sha | tail -1
      tr '\\n' ' ' <$D/stderr | grep -c 'mnt: nothing is mounted here.*mount it; .*--accept-empty'
      names master-stat; names master-sha
      rm $R/b; rm -r $R/mnt
      fso stat | tail -1; fso sha | tail -1; fso content | tail -1
      [ "$before" = "$(trees)" ] && echo same
      [ "$sums" = "$(git show master-stat:.nogtree)" ] && echo sums
      git gc -q --prune=now; fso check
      mkdir $R/mnt; mount -t tmpfs none $R/mnt; mkdir $R/mnt/sub; echo fff >$R/mnt/sub/f
      fso stat | tail -1; names master-stat
      umount $R/mnt
      fso stat --accept-empty | tail -1; fso stat; names master-stat
      fso sha | tail -1; names master-sha
      git for-each-ref refs/fso/mounts`,
      'mkdir $R/mnt/sub; echo f >$R/mnt/sub/f',
    );
    const [status, ...rest] = lines;
    expect(status).toBe('? b');
    expect(rest.join('\n')).toMatchInlineSnapshot(`
      "status 3
      status 3
      status 3
      1
      a b mnt/sub/.nogtree mnt/sub/f
      a b mnt/sub/.nogtree mnt/sub/f
      status 3
      status 3
      status 3
      same
      sums
      no errors found
      stat: 0 added, 2 modified, 0 deleted
      a mnt/sub/.nogtree mnt/sub/f
      stat: 0 added, 0 modified, 1 deleted
      no changes
      a
      sha: 0 added, 0 modified, 1 deleted
      a"
    `);
  });

  test('is in no range of what verify has read', () => {
    const lines = run(
      `
      fso stat >/dev/null; fso sha >/dev/null
      umount $R/mnt
      fso verify >/dev/null; git show master-verify:.nogreadings | sed 's/"begin":[0-9]*,"end":[0-9]*,//'`,
      'echo f >$R/mnt/f; echo z >$R/z; touch -d @5 $R/a $R/mnt/f $R/z',
    );
    expect(lines.filter((line) => line.startsWith('- '))).toEqual([
      '- {"from":"","to":"a","files":1,"bytes":2}',
      '- {"from":"mnt0","files":1,"bytes":2}',
    ]);
  });

  test('leaves sums as they are, where a nogbundle, a repository or an ignored directory contains it', () => {
    const lines = run(
      `
      fso stat >/dev/null
      before=$(trees)
      for m in bundle/m ign/m; do umount $R/$m; done
      touch -d @5 $R/bundle
      fso stat --recheck | tail -1; fso stat --mtime-range | tail -1; fso stat | tail -1
      [ "$before" = "$(trees)" ] && echo same
      fso status | tail -1
      fso stat --recheck --accept-empty >/dev/null; git show master-stat:bundle | grep files; git show master-stat:.nogtree | grep ` +
        `files; fso status`,
      'mkdir -p $R/bundle/m $R/ign/m; for m in bundle/m ign/m; do mount -t tmpfs none $R/$m; echo x >$R/$m/x; done; echo /ign ' +
        '>$R/.gitignore',
      '--bundle-subdirs',
    );
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "status 3
      status 3
      status 3
      same
      status 3
      files: 0
      files: 2"
    `);
  });

  test('is noticed if it was a directory of the same filesystem', () => {
    const lines = run(
      `
      fso stat >/dev/null; names master-stat
      umount $R/bound
      fso stat | tail -1; names master-stat
      mount --bind $D/elsewhere $R/bound
      fso stat`,
      'mkdir -p $D/elsewhere $R/bound; echo x >$D/elsewhere/x; mount --bind $D/elsewhere $R/bound',
    );
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "a bound/.nogtree bound/x
      status 3
      a bound/.nogtree bound/x
      no changes"
    `);
  });
});

const FILES = 'echo f >$R/mnt/f';

describe.skipIf(!canMount)('the list of mount points (needs unshare -m)', () => {
  test('is found damaged by check, mended by check --repair, and learnt anew', () => {
    const lines = run(
      `
      fso stat >/dev/null
      for id in $(echo rubbish | git hash-object -w --stdin) 1234567890123456789012345678901234567890; do
        echo $id >.git/refs/fso/mounts
        fso stat; grep -c 'refs/fso/mounts: does not name a list\\|object 1234567890.* is missing' $D/stderr
        fso check | grep -c '^error: .*/refs/fso/mounts: '; fso check --repair | grep -c '^repaired: .*/refs/fso/mounts: '
        fso check; fso stat; git cat-file -p refs/fso/mounts | tr '\\0' '\\n'
      done
      umount $R/mnt; fso stat | tail -1; names master-stat`,
      FILES,
    );
    const each = ['status 1', '1', '1', '1', 'no errors found', 'no changes', 'mnt'];
    expect(lines).toEqual([...each, ...each, 'status 3', 'a mnt/.nogtree mnt/f']);
  });

  test('goes with a clone, and with a realdir that moved', () => {
    const lines = run(
      `
      fso stat >/dev/null
      git clone -q --mirror . $D/clone.git; git -C $D/clone.git cat-file -p refs/fso/mounts | tr '\\0' '\\n'
      umount $R/mnt; mv $R $D/moved; fso move $D/moved >/dev/null
      fso stat | tail -1; names master-stat`,
      FILES,
    );
    expect(lines).toEqual(['mnt', 'status 3', 'a mnt/.nogtree mnt/f']);
  });

  test('does not keep what was in a realdir that is missing as a whole, and guards it when it is back', () => {
    const lines = run(
      `
      fso stat >/dev/null
      umount $R/mnt; mv $R $D/gone
      fso stat; names master-stat
      mv $D/gone $R; fso stat | tail -1; names master-stat
      mount -t tmpfs none $R/mnt; echo f >$R/mnt/f; fso stat; names master-stat`,
      FILES,
    );
    expect(lines).toEqual([
      'stat: 0 added, 0 modified, 3 deleted',
      '',
      'status 3',
      'a',
      'stat: 1 added, 0 modified, 0 deleted',
      'a mnt/.nogtree mnt/f',
    ]);
  });

  test('forgets in all facets of a rescan what --accept-empty accepts, and keeps the other points', () => {
    const lines = run(
      `
      printf 'shadow: %s/all\\nroots: [{path: %s, facets: [stat, sha]}]\\n' $D $D/root >$D/c.yml
      mkdir -p $D/root/repo/m1 $D/root/repo/m2; for m in m1 m2; do mount -t tmpfs none $D/root/repo/$m; echo f >$D/root/repo/$m/f; done
      fso rescan --quiet --config $D/c.yml; cd $D/all$D/root/repo/*.fso
      umount $D/root/repo/m1
      fso rescan --quiet --config $D/c.yml; grep -c '^unreadable .*/repo: stat, sha: m1: nothing is mounted here' $D/stderr; names ` +
        `master-sha
      fso rescan --quiet --accept-empty --config $D/c.yml; names master-stat; names master-sha; git cat-file -p refs/fso/mounts | tr ` +
        `'\\0' '\\n'
      umount $D/root/repo/m2; fso rescan --quiet --config $D/c.yml; names master-stat`,
      'true',
    );
    // As for any directory that was emptied, its own record stays on master-sha.
    expect(lines).toEqual([
      'status 3',
      '1',
      'm1/.nogtree m1/f m2/.nogtree m2/f',
      'm2/.nogtree m2/f',
      'm1/.nogtree m2/.nogtree m2/f',
      'm2',
      'status 3',
      'm2/.nogtree m2/f',
    ]);
  });
});

const canMakeBtrfs =
  canMount &&
  spawnSync('sh', ['-c', 'command -v mkfs.btrfs btrfs && test -e /dev/loop-control && grep -q btrfs /proc/filesystems']).status === 0;

describe.skipIf(!canMakeBtrfs)('a subvolume that is not mounted (needs btrfs-progs)', () => {
  test('is a directory like any other: what is deleted with it is recorded as deleted', () => {
    const lines = run(
      `
      cd $D; mkdir fs own; truncate -s 128M image; mkfs.btrfs -q image >/dev/null; mount -o loop image fs
      mkdir fs/real; btrfs -q subvolume create fs/real/sub; echo s >fs/real/sub/s
      cd own; fso init --observe $D/fs/real >/dev/null; fso stat; git for-each-ref refs/fso/mounts
      btrfs -q subvolume delete ../fs/real/sub; fso stat; cd /; umount $D/fs`,
      'true',
    );
    expect(lines).toEqual(['stat: 2 added, 0 modified, 0 deleted', 'stat: 0 added, 1 modified, 1 deleted']);
  });
});
