import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildTree, fso, tempDir } from '../../harness/index.js';

const OLD = { mtime: 1_500_000_000 };

let base: string;

/** Runs git-fso; what it says names paths relative to the root. */
function said(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = fso(args, { cwd: base, env: { GIT_FSO_CONFIG: `${base}/c.yml` } });
  return { status, stdout: stdout.replaceAll(`${base}/p/`, ''), stderr: stderr.replaceAll(`${base}/p/`, '') };
}

function rescanOn(date: string): void {
  const env = { GIT_FSO_CONFIG: `${base}/c.yml`, GIT_COMMITTER_DATE: `${date}T12:00:00Z` };
  expect(fso(['rescan'], { cwd: base, env })).toMatchObject({ status: 0 });
}

/** A repo with a bundle, in which another repo records each file. */
beforeAll(() => {
  base = tempDir();
  const project = path.join(base, 'p');
  buildTree(project, {
    'lab/runs/one/kept': { file: 'kept', ...OLD },
    'lab/runs/one/old/gone': { file: 'x'.repeat(3000), ...OLD },
    'lab/runs/loose': { file: 'loose', ...OLD },
    'lab/runs/two/all': { file: 'y'.repeat(5000), ...OLD },
  });
  const root = `  - path: ${project}\n    facets: [stat, sha]\n`;
  const patterns = '    patterns: [superrepo lab, enter lab/runs, repo lab/runs/*]\n';
  const policy = '    initPolicy: [bundle-subdirs lab, enter-subdirs lab/runs/*]\n';
  fs.writeFileSync(path.join(base, 'c.yml'), `shadow: ${base}/shadow\nroots:\n${root}${patterns}${policy}`);
  rescanOn('2001-01-01');
  fs.rmSync(path.join(project, 'lab/runs/one/old'), { recursive: true });
  fs.appendFileSync(path.join(project, 'lab/runs/loose'), ' ends');
  rescanOn('2001-01-03');
  fs.rmSync(path.join(project, 'lab/runs'), { recursive: true });
  rescanOn('2001-01-05');
});

test.each(['lab/runs/one/old', 'lab/runs/one/old/gone'])('log of %s, which is gone from a repo in a bundle, has its history', (place) => {
  const lines = said('log', `p/${place}`).stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, 27))).toEqual(['2001-01-03T12:00:00+00:00 D', '2001-01-01T12:00:00+00:00 A']);
});

test.each(['sha256sum', 'export csv'])('%s of what is gone says when it was there, and how big', (command) => {
  const { status, stderr } = said(...command.split(' '), 'p/lab/runs/one/old');
  expect(status).toBe(1);
  const [since, before] = ['2001-01-03T12:00:00+00:00', '2001-01-01T12:00:00+00:00'];
  const what = `not recorded since ${since}; it was last recorded at ${before}, a directory with 1 file, 2.9 KiB`;
  expect(stderr).toBe(`git-fso: lab/runs/one/old: ${what}\n  --at ${before} is about what was there then\n`);
});

test('diff counts bytes once where a bundle has what other repos record, too', () => {
  const totals = (...period: string[]): string | undefined => said('diff', ...period).stdout.trimEnd().split('\n').at(-1);
  expect(totals('--since', '2001-01-02', '--until', '2001-01-04')).toBe('1 modified (+5 B), 1 deleted (-2.9 KiB)');
  expect(totals('--since', '2001-01-04')).toBe('3 deleted (-4.9 KiB)');
});
