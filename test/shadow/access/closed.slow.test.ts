import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { buildTree, fso, git, tempDir } from '../../harness/index.js';
import { canSetImmutable, setImmutable } from '../../facets/world.js';

const isRoot = process.getuid?.() === 0;
const STRANGER = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const canBeStranger = isRoot && spawnSync('setpriv', [...STRANGER, 'true']).status === 0;
const UMASK = process.umask();

afterEach(() => {
  process.umask(UMASK);
});

/** All paths at and below a directory with a bit for group or others; links have no mode of their own. */
function openPaths(directory: string): string[] {
  const names = [directory, ...fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => path.join(directory, name))];
  return names.flatMap((name) => {
    const stat = fs.lstatSync(name);
    return !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0 ? [`${(stat.mode & 0o777).toString(8)} ${name}`] : [];
  });
}

interface Site {
  readonly top: string;
  readonly shadow: string;
  readonly config: string;
}

function makeSite(): Site {
  const top = tempDir();
  fs.chmodSync(top, 0o755);
  buildTree(path.join(top, 'project'), { 'p/README.md': 'secret\n', 'p/sub/x': '1', 'p/old/y': '2', 'p/bundle/z': '3' });
  for (const name of ['project', 'project/p']) fs.chmodSync(path.join(top, name), 0o755);
  const config = path.join(top, 'git-fso.yml');
  fs.writeFileSync(
    config,
    `shadow: ${top}/shadow\nroots:\n  - path: ${top}/project\n    facets: [stat, sha, content, sot, tos]\n    schedule: { stat: ` +
      `every 1h }\n`,
  );
  return { top, shadow: path.join(top, 'shadow'), config };
}

describe.each([['000', 0], ['022', 0o022], ['077', 0o077]])('with umask %s', (_, umask) => {
  it('nothing that git-fso, or a Git that it starts, makes below the shadow root is open to group or others', () => {
    const { top, shadow, config } = makeSite();
    process.umask(umask);
    const real = path.join(top, 'project/p');
    const run = (args: readonly string[], cwd = top, env: NodeJS.ProcessEnv = {}): string => {
      const { status, stdout, stderr } = fso(args, { cwd, env });
      expect([args, status, stderr]).toEqual([args, 0, '']);
      expect([args, openPaths(shadow)]).toEqual([args, []]);
      return stdout.trim();
    };
    run(['rescan', '--config', config]);
    expect(fso(['daemon', '--once', '--config', config], { cwd: top }).status).toBe(0);
    expect(openPaths(shadow)).toEqual([]);
    const other = run(['init', '--shadow', shadow, '--observe', path.join(real, 'sub'), '--bundle-subdirs']);
    for (const facet of ['stat', 'sha', 'content', 'sot', 'tos']) run([facet], other);
    const mirror = path.join(shadow, real);
    const repo = path.join(mirror, fs.readdirSync(mirror).find((name) => name.endsWith('.fso')) ?? 'none');
    run(['stub', 'edit'], repo, { EDITOR: 'sh -c \'echo "*.tmp" >>"$1"\' editor' });
    run(['stub', 'bundle', '/bundle/'], repo);
    fs.appendFileSync(path.join(repo, '.gitignore'), '*.bak\n');
    git(['commit', '-qam', 'by an administrator'], repo);
    // Only what a plain Git leaves to the umask; the directory that it is in is closed.
    const byAdmin = openPaths(shadow).map((line) => path.relative(repo, line.slice(4)));
    expect(byAdmin.filter((name) => name !== '.git/COMMIT_EDITMSG')).toEqual([]);
    fs.rmSync(path.join(repo, '.git/COMMIT_EDITMSG'));
    run(['apply-stub'], repo);
    run(['meta', 'set', '.', 'owner=me'], repo);
    run(['reinit', '--ignore-subdirs'], repo);
    fs.writeFileSync(path.join(real, 'new'), 'n');
    run(['stat'], repo);
    run(['gc'], repo);
    git(['gc', '-q', '--prune=now'], repo);
    run(['check', '--repair'], repo);
    fs.renameSync(path.join(real, 'sub'), path.join(real, 'moved'));
    run(['move', path.join(real, 'moved')], other);
    if (canSetImmutable()) {
      setImmutable(path.join(real, 'old'), true);
      try {
        const frozen = run(['init', '--shadow', shadow, '--observe', path.join(real, 'old')]);
        run(['stat'], frozen);
        run(['archive'], frozen);
      } finally {
        setImmutable(path.join(real, 'old'), false);
      }
    }
    run(['rescan', '--config', config]);
    if (!canBeStranger) return;
    const asStranger = (script: string): string =>
      spawnSync('setpriv', [...STRANGER, 'sh', '-c', script, 'sh', shadow, repo], { encoding: 'utf8', cwd: '/' }).stdout;
    expect(asStranger('find "$1" -mindepth 1; cat "$2/.git/HEAD" "$2/.git/config"; ls "$2"')).toBe('');
    expect(asStranger('for f in "$1/x" "$2/.git/refs/x" "$2/.git/config"; do { echo x >>"$f"; } 2>/dev/null && echo "$f"; done')).toBe('');
    expect(
      asStranger(
        'for f in "$1/.git-fso.lock" "$2/.git/fso/lock" "$2/.git/fso/lock-stat" "$2/.git/fso/lock-job"; do flock -n "$f" echo "$f"; done',
      ),
    ).toBe('');
  }, 120_000);

  it('a shadow repo in a directory of one\'s own is closed inside', () => {
    const { top } = makeSite();
    process.umask(umask);
    const here = path.join(top, 'here');
    fs.mkdirSync(here);
    for (const args of [['init', '--observe', path.join(top, 'project/p')], ['stat'], ['sha'], ['gc']]) {
      expect(fso(args, { cwd: here }).status).toBe(0);
    }
    expect(openPaths(path.join(here, '.git'))).toEqual([]);
    expect(openPaths(here).filter((line) => !line.endsWith(here))).toEqual([]);
  });
});

describe('a link in the shadow tree', () => {
  it('leads nobody out of it when directories are made', () => {
    const { top, shadow, config } = makeSite();
    const victim = path.join(top, 'victim');
    fs.mkdirSync(victim, { mode: 0o700 });
    const planted = path.join(shadow, path.dirname(path.join(top, 'project')));
    fs.mkdirSync(planted, { recursive: true });
    fs.symlinkSync(victim, path.join(planted, 'project'));
    const { status, stderr } = fso(['rescan', '--config', config], { cwd: top });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${planted}/project: is a symbolic link`)]);
    expect(fs.readdirSync(victim)).toEqual([]);
    expect(fs.statSync(victim).mode & 0o777).toBe(0o700);
  });

  it.skipIf(!isRoot)('and a directory of somebody else is not used (needs root)', () => {
    const { top, shadow, config } = makeSite();
    const planted = path.join(shadow, path.join(top, 'project'));
    fs.mkdirSync(planted, { recursive: true });
    fs.chownSync(planted, 65_534, 65_534);
    const { status, stderr } = fso(['rescan', '--config', config], { cwd: top });
    expect([status, stderr]).toEqual([1, expect.stringContaining('belongs to somebody else than the shadow root')]);
    expect(fs.readdirSync(planted)).toEqual([]);
  });
});

it('what git-fso starts for the user has the umask of the user', () => {
  const { top, config } = makeSite();
  fs.appendFileSync(config, `    onChange: [{ shell: "umask >${top}/umask" }]\n`);
  process.umask(0o002);
  expect(fso(['rescan', '--config', config], { cwd: top }).status).toBe(0);
  expect(fs.readFileSync(path.join(top, 'umask'), 'utf8')).toBe('0002\n');
});
