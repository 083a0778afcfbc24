import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fso, fsoAsync, runProcess } from '../../harness/index.js';
import type { TestSite } from '../../rescan/site.js';
import { makeSite, ONE_IN_ANOTHER } from '../../rescan/site.js';

const TREE = {
  'a.txt': 'x'.repeat(1000), 'a.tmp': 'x'.repeat(300), '.gitignore': '*.tmp\n',
  'd/a b': 'one', 'd/new\nline': 'two', 'd/back\\slash': 'three', 'd/quote"': 'four', 'd/\xff\xfe': 'five', 'd/=1+1;,': 'six',
  'd/in/nested': 'y'.repeat(2000), 'd/in/deep/er': 'ten', 'd-1/f': 'eleven',
};

let site: TestSite;
/** Bytes of all files. */
let total: number;

const exported = async (...args: string[]): Promise<Buffer> => {
  const result = await fsoAsync(['export', ...args], { cwd: site.project, env: { GIT_FSO_CONFIG: site.config } });
  expect({ status: result.status, stderr: result.stderr.toString() }).toEqual({ status: 0, stderr: '' });
  return result.stdout;
};
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

beforeAll(() => {
  site = makeSite(TREE, ONE_IN_ANOTHER);
  fs.symlinkSync('a.txt', path.join(site.project, 'd/link'));
  expect(site.rescan()).toMatchObject({ status: 0 });
  total = Object.values(TREE).reduce((sum, text) => sum + text.length, 0);
});

type NcduDirectory = [NcduInfo, ...(NcduInfo | NcduDirectory)[]];
interface NcduInfo {
  readonly name: string;
  readonly asize?: number;
}

/** Sizes by path below the root; names as bytes. */
function sizesIn(bytes: Buffer): Map<string, number> {
  const [, , , root] = JSON.parse(bytes.toString('latin1')) as [number, number, object, NcduDirectory];
  const sizes = new Map<string, number>();
  const visit = ([, ...entries]: NcduDirectory, prefix: string): void => {
    for (const entry of entries) {
      if (Array.isArray(entry)) visit(entry, `${prefix}${entry[0].name}/`);
      else sizes.set(prefix + entry.name, entry.asize ?? 0);
    }
  };
  visit(root, '');
  return sizes;
}

const sumOf = (sizes: ReadonlyMap<string, number>): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);

test('what ncdu is given has each file where it is, and adds up to all there is', async () => {
  const sizes = sizesIn(await exported('ncdu'));
  const { 'a.tmp': ignored, '.gitignore': rules, ...recorded } = TREE;
  const rest = ['<2 files not recorded one by one>', ignored.length + rules.length] as const;
  const expected = [...Object.entries(recorded).map(([name, text]) => [name, text.length] as const), ['d/link', 0] as const, rest];
  expect(sizes).toEqual(new Map(expected));
  expect(sumOf(sizes)).toBe(total);
});

test('ncdu reads it, and finds the same', async ({ skip }) => {
  skip(!has('ncdu'), 'needs ncdu');
  const bytes = await exported('ncdu');
  const { status, stdout } = await runProcess('ncdu', ['-f', '-', '-o', '-'], { input: bytes });
  expect(status).toBe(0);
  expect(sizesIn(stdout)).toEqual(sizesIn(bytes));
});

test('gdu reads it, and comes to the same sums', async ({ skip }) => {
  skip(!has('gdu'), 'needs gdu');
  const { status, stdout } = await runProcess('gdu', ['-n', '-p', '-a', '-f', '-'], { input: await exported('ncdu', 'd') });
  expect(status).toBe(0);
  // Two thousand bytes, and four kibibytes for each of two directories, which gdu has.
  expect(stdout.toString()).toMatch(/10\.0 KiB \/in\n/);
});

test('a file is in its directory for ncdu, and what has no record is an error', async () => {
  const bytes = await exported('ncdu', 'd/in/nested');
  expect(bytes.toString()).toContain(`[{"name":"${site.project}/d/in"}`);
  expect(sizesIn(bytes)).toEqual(new Map([['nested', 2000]]));
  const env = { GIT_FSO_CONFIG: site.config };
  const { status, stderr } = fso(['export', 'csv', 'd/none'], { cwd: site.project, env });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`${site.project}/d/none: nothing was recorded there`) });
  expect(fso(['export', 'xml'], { cwd: site.project, env }).status).toBe(2);
});

/** Rows of CSV by RFC 4180, read strictly. */
function rowsIn(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text) ?? expect.fail(`not CSV at ${cell.lastIndex}`);
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

test('CSV has each file once, with sizes that add up, and no cell that begins with what a name has', async () => {
  const text = (await exported('csv', '.')).toString('latin1');
  const [header, ...rows] = rowsIn(text);
  expect(header).toEqual(['path', 'kind', 'size', 'mtime', 'files', 'sha256', 'sha1']);
  const paths = rows.filter(([, kind]) => kind === 'file').map(([name = '']) => name.slice(site.project.length + 1));
  const { 'a.tmp': _ignored, '.gitignore': _rules, ...recorded } = TREE;
  expect(paths.sort()).toEqual(Object.keys(recorded).sort());
  expect(rows.reduce((sum, [, , size]) => sum + Number(size), 0)).toBe(total);
  for (const [name, kind, , mtime, , sha256] of rows) {
    expect(name).toMatch(/^\//);
    if (kind !== 'file') continue;
    expect(mtime).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}(Z|[+-]\d\d:\d\d)$/);
    expect(sha256).toMatch(/^\w{64}$/);
  }
  // A line begins in quotes even where a semicolon is taken for the separator.
  expect(text).toContain(`\r\n"${site.project}/d/=1+1;,",file,`);
});

test('ndjson says all that CSV says, where links lead, and which bytes are in names', async () => {
  const lines = (await exported('ndjson')).toString().trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const byName = (name: string): unknown => lines.find((line) => line['path'] === `${site.project}/${name}`);
  const [, , nestedSize] = rowsIn((await exported('csv', 'd/in/nested')).toString())[1] ?? [];
  expect(byName('d/in/nested')).toEqual({
    path: `${site.project}/d/in/nested`, kind: 'file', size: Number(nestedSize), files: 1, mtime: expect.any(Number),
    sha256: expect.stringMatching(/^\w{64}$/), sha1: expect.stringMatching(/^\w{40}$/), target: null,
  });
  expect(byName('d/link')).toMatchObject({ kind: 'link', size: 0, files: 0, target: 'a.txt', sha256: null });
  const bytes = Buffer.concat([Buffer.from(`${site.project}/d/`), Buffer.from([0xff, 0xfe])]);
  expect(byName('d/\ufffd\ufffd')).toMatchObject({ pathBytes: bytes.toString('base64') });
  expect(lines.reduce((sum, { size }) => sum + Number(size), 0)).toBe(total);
});
