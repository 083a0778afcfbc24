import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, readBranchTree, tempDir } from '../harness/index.js';
import { makeSite } from './site.js';

const BIN = path.resolve(import.meta.dirname, '../../bin/git-fso');
const TREE = { 'one/a.txt': 'a\n' };

const isRoot = process.getuid?.() === 0;
const canBeNobody = isRoot && spawnSync('setpriv', ['--reuid=65534', '--clear-groups', 'true']).status === 0;
const canMount = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;

function rescanWith(config: string): { status: number | null; stderr: string; file: string } {
  const top = tempDir();
  const file = path.join(top, 'git-fso.yml');
  mkdirSync(path.join(top, 'project'));
  writeFileSync(file, config.replaceAll('$T', top));
  const result = fso(['rescan', '--config', file], { cwd: top });
  expect(existsSync(path.join(top, 'shadow'))).toBe(false);
  return { ...result, file };
}

describe('bad input', () => {
  it('names file, line and column of every mistake at once', () => {
    const { status, stderr, file } = rescanWith(
      'shadow: $T/shadow\nroot: []\nroots:\n  - path: $T/project\n    patterns: |\n      repo data/*\n      rep data2/*\n      repo [a\n',
    );
    expect(status).toBe(2);
    expect(stderr).toContain(`${file}:2:1`);
    expect(stderr).toContain('roots');
    expect(stderr).toContain(`${file}:7:7`);
    expect(stderr).toContain(`${file}:8:7`);
  });

  it('refuses a configuration that does not exist', () => {
    const result = fso(['rescan', '--config', '/nonexistent/git-fso.yml'], { cwd: tempDir() });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('/nonexistent/git-fso.yml');
  });

  it('refuses a root below the shadow root', () => {
    const { status, stderr } = rescanWith('shadow: $T\nroots:\n  - path: $T/project\n');
    expect(status).toBe(2);
    expect(stderr).toMatch(/git-fso\.yml:\d+:\d+/);
  });

  it('refuses a shadow root inside a realdir that would record it', () => {
    const { status, stderr } = rescanWith('shadow: $T/project/shadow\nroots:\n  - path: $T/project\n    patterns: [superrepo .]\n');
    expect(status).toBe(2);
    expect(stderr).toMatch(/git-fso\.yml:\d+:\d+/);
    const top = tempDir();
    mkdirSync(path.join(top, 'real/shadow'), { recursive: true });
    const init = fso(['init', '--observe', top, '--shadow', path.join(top, 'real/shadow')], { cwd: top });
    expect(init.status).toBe(1);
    expect(init.stderr).toContain(`${top}/real/shadow: is below the realdir`);
  });

  it('refuses two shadow repos for one realdir', () => {
    const site = makeSite(TREE, '    facets: [stat]\n');
    site.rescan();
    const repo = site.repos().get('one') ?? '';
    const second = path.join(path.dirname(repo), '00000000-0000-4000-8000-000000000000.fso');
    cpSync(repo, second, { recursive: true });
    const result = site.rescan();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${site.project}/one has several shadow repos`);
  });

  it.skipIf(!canMount)('names the path on a read-only filesystem (needs unshare -m)', () => {
    const site = makeSite(TREE, '    facets: [stat]\n');
    mkdirSync(site.shadow);
    const script = 'mount -t tmpfs -o ro none "$1" && exec "$2" "$3" rescan --config "$4"';
    const result = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', site.shadow, process.execPath, BIN, site.config], {
      encoding: 'utf8',
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(site.shadow);
    expect(result.stderr).toContain('read-only');
  });

  it.skipIf(!canBeNobody)('records the rest when a directory cannot be read (needs root, to be somebody else)', () => {
    const site = makeSite({ 'one/a.txt': 'a\n', 'one/secret/b.txt': 'b\n' }, '    facets: [stat]\n');
    chmodSync(site.top, 0o777);
    const asNobody = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync('setpriv', ['--reuid=65534', '--clear-groups', process.execPath, BIN, ...args, '--config', site.config], {
        encoding: 'utf8',
        cwd: site.top,
      });
    expect(asNobody('rescan').status).toBe(0);
    chmodSync(path.join(site.project, 'one/secret'), 0);
    writeFileSync(path.join(site.project, 'one/c.txt'), 'c\n');
    const result = asNobody('rescan');
    chmodSync(path.join(site.project, 'one/secret'), 0o755);
    expect(result.status).toBe(3);
    expect(String(result.stderr)).toContain('secret');
    const repo = site.repos().get('one') ?? '';
    // Git reads repositories of other users only where it is told to.
    execFileSync('chown', ['-R', '0:0', repo]);
    expect([...readBranchTree(repo, 'master-stat').keys()]).toEqual(expect.arrayContaining(['c.txt', 'secret/b.txt']));
  });
});
