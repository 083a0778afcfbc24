import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { JSON_LINES, outputJsonSchema } from '../../../src/cli/schema/json-schema.js';
import { buildTree, fso, tempDir } from '../../harness/index.js';

type Command = keyof typeof JSON_LINES;

let base: string;
let realdir: string;

beforeAll(() => {
  base = tempDir();
  realdir = path.join(base, 'p/a');
  const past = { mtime: 1_500_000_000 };
  buildTree(path.join(base, 'p'), {
    'a/one': { file: 'one', ...past },
    'a/d/two': { file: 'two', ...past },
    'a/l': { symlink: 'one' },
    'a/n\xff': { file: 'bytes', ...past },
    'b/three': { file: 'three', ...past },
  });
  fs.writeFileSync(path.join(base, 'c.yml'), `shadow: ${base}/shadow\nroots:\n  - path: ${base}/p\n    facets: [stat, sha, verify]\n`);
  said(['rescan'], { GIT_COMMITTER_DATE: '2001-01-01T00:00:00Z' });
  fs.renameSync(path.join(realdir, 'd/two'), path.join(base, 'p/b/zwei'));
  fs.rmSync(path.join(realdir, 'l'));
  fs.writeFileSync(path.join(realdir, 'one'), 'longer');
  buildTree(path.join(base, 'p'), { 'c/new': { file: 'new', ...past }, '.hidden': 'x' });
  said(['rescan']);
});

function said(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = fso(args, { cwd: base, env: { GIT_FSO_CONFIG: `${base}/c.yml`, ...env } });
  expect(status, stderr).toBe(0);
  return stdout;
}

test.each<[Command, number, string[]]>([
  ['which', 1, ['which', '--json', 'p/a/one']],
  ['log', 8, ['log', '--json']],
  ['diff', 8, ['diff', '--json', '--since', '2002-01-01']],
  ['diff', 3, ['diff', '--json', '--stat', '--since', '2002-01-01']],
  ['growth', 5, ['growth', '--json', '--since', '2002-01-01']],
  ['growth', 4, ['growth', '--json', '--since', '2002-01-01', '--depth', '2', 'p/a']],
  ['ls', 3, ['-C', 'p/a', 'ls', '--json']],
  ['show', 1, ['-C', 'p/a', 'show', '--json', 'one']],
  ['summary', 1, ['-C', 'p/a', 'summary', '--json']],
  ['head', 1, ['-C', 'p/a', 'head', '--json']],
  ['list', 3, ['list', '--json']],
  ['list', 3, ['list', '--problems', '--json']],
  ['discover', 3, ['discover', '--json']],
  ['discover', 1, ['discover', '--untracked', '--json']],
  ['doctor', 1, ['doctor', '--json']],
  ['verify', 3, ['verify', '--json']],
  ['verify', 1, ['verify', '--status', '--json']],
  ['export', 5, ['export', 'ndjson']],
  ['rescan', 5, ['rescan', '--json']],
])('what %s prints is as its schema says (%i lines at least): %j', (command, least, args) => {
  const isOptional = args.includes('--problems');
  const lines = said(args).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
  expect(lines.length).toBeGreaterThanOrEqual(isOptional ? 0 : least);
  for (const line of lines) expect(JSON_LINES[command].safeParse(line).error, JSON.stringify(line)).toBeUndefined();
});

test('the schema names each command and has a version', () => {
  expect(outputJsonSchema()).toMatchObject({ version: 1, definitions: { diff: {}, log: {}, which: {}, rescan: {} } });
  expect(JSON.parse(said(['generate', 'json-schema']))).toEqual(JSON.parse(JSON.stringify(outputJsonSchema())));
});

test('docs/json.md tells of each field of the answers', () => {
  const docs = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/json.md'), 'utf8');
  const { definitions } = outputJsonSchema() as { readonly definitions: Record<string, unknown> };
  for (const command of ['which', 'log', 'diff', 'growth', 'export']) {
    const lists = JSON.stringify(definitions[command]).matchAll(/"required":(\[[^\]]*\])/g);
    const fields = [...lists].flatMap(([, list = '[]']) => JSON.parse(list) as string[]);
    expect(fields.filter((field) => !docs.includes(`\`${field}\``)), command).toEqual([]);
  }
});
