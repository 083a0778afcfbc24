import { utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fso, git } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { findingsIn, makeSite } from '../site.js';

const DAYS_AGO = Date.now() / 1000 - 10 * 86_400;

function doctor(site: TestSite, ...args: string[]): string {
  const { stdout, stderr } = fso(['doctor', '--config', site.config, ...args], { cwd: site.top });
  expect(stderr).toBe('');
  return findingsIn(stdout).replaceAll(site.top, 'TOP');
}

function cases(site: TestSite): { readonly subject: string; readonly message: string; readonly remedy: string }[] {
  return doctor(site, '--json').trimEnd().split('\n').map((line) => JSON.parse(line) as ReturnType<typeof cases>[number]);
}

describe('git-fso doctor', () => {
  it('tells once what has one cause, with the number and some names, and every case with --json', () => {
    const names = Array.from('abcdefgh');
    const site = makeSite(
      Object.fromEntries(names.map((name) => [`${name}/x`, '1'])),
      '    facets: [stat, sha, content]\n    schedule: { stat: daily 02:00, sha: daily 02:00, content: daily 02:00 }\n',
    );
    expect(site.rescan().status).toBe(0);
    for (const repo of site.repos().values()) {
      for (const facet of ['stat', 'sha', 'content']) utimesSync(path.join(repo, '.git/fso', `success-${facet}`), DAYS_AGO, DAYS_AGO);
    }
    expect(doctor(site)).toBe(
      'warning: 8 places: last recorded too long ago for the schedule\n' +
        '  see git-fso list --problems; have git-fso daemon running, or a timer: git-fso generate systemd\n' +
        '  TOP/project/a, TOP/project/b, TOP/project/c and 5 more (--json lists all)\n' +
        '1 finding\n',
    );
    const late = cases(site);
    expect(late).toHaveLength(24);
    expect(late[0]).toEqual({
      type: 'finding', severity: 'warning', subject: 'TOP/project/a', remedy: expect.stringContaining('git-fso generate systemd'),
      message: expect.stringMatching(/^stat was last done .*, but is due daily 02:00$/),
    });
  });

  it('names what two repos record file by file, with how much is read twice', () => {
    const patterns = '    patterns: |\n      superrepo .\n        enter data\n          repo data/*\n    facets: [stat]\n';
    const tree = { 'README.md': '#', 'data/foo/a': 'x'.repeat(1000), 'data/foo/sub/b': 'y'.repeat(24), 'data/bar/c': 'z'.repeat(2048) };
    const site = makeSite(tree, patterns);
    expect(site.rescan().status).toBe(0);
    expect(doctor(site)).toMatch(
      new RegExp(
        [
          String.raw`^warning: TOP/project: records file by file what 2 repos below it record, too; 3 files \(3\.0 KiB\) are read twice`,
          String.raw`\n {2}run git-fso -C TOP\S*\.fso reinit --bundle-subdirs, .*`,
          String.raw`\n {2}TOP/project/data/bar, TOP/project/data/foo\n1 finding\n$`,
        ].join(''),
      ),
    );
    expect(cases(site).map(({ subject, message }) => [subject, message])).toEqual([
      ['TOP/project/data/bar', 'is recorded file by file by TOP/project, too; 1 file (2.0 KiB) are read twice'],
      ['TOP/project/data/foo', 'is recorded file by file by TOP/project, too; 2 files (1.0 KiB) are read twice'],
    ]);
    // What it says to do helps.
    const top = site.repos().get('.') ?? '';
    expect(fso(['reinit', '--bundle-subdirs'], { cwd: top }).status).toBe(0);
    expect(site.rescan().status).toBe(0);
    expect(doctor(site)).toBe('nothing found\n');
    expect(git(['ls-tree', '--name-only', 'master-stat'], top).split('\n')).toContain('data');
  });
});
