import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProcessResult } from '../harness/index.js';
import { cleanEnvironment, INSTALL_TIMEOUT_MS, installInto, packPackage, runProcess, tempDir } from '../harness/index.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const UUID = '00000000-0000-4000-8000-000000000000';
const top = fs.realpathSync(tempDir());
const consumer = path.join(top, 'consumer');

/** What a program of somebody else does first. */
const PROGRAM = `
import type { Config, FacetResult, Repo, StatRow } from 'git-fso';
import { createBelowRoot, FsoError, listRecords, loadConfig, LockedError, openRepo, recordSha, recordStat } from 'git-fso';

const config: Config = loadConfig('/etc/git-fso.yml');
const { repo }: { readonly repo: Repo } = await createBelowRoot(Buffer.from('/shadow'), '/projects/foo', { config, uuid: '${UUID}' });
const result: FacetResult = await recordStat(repo, { env: process.env, onChange: (letter, path) => console.log(letter, path) });
const commit: string | null = result.commit;
if (commit === null || !/^[0-9a-f]{40}$/.test(commit)) throw new Error('no commit');
const rows: StatRow[] = [];
for await (const row of listRecords(openRepo(repo.directory, { config }))) rows.push(row);
console.log(rows.map(({ path }) => path).join(' '));
const cancel = new AbortController();
cancel.abort(new Error('cancelled by the program'));
await recordSha(repo, { signal: cancel.signal }).catch((error: unknown) => console.log((error as Error).message));
await recordSha(repo);
try {
  openRepo('relative');
} catch (error) {
  if (error instanceof FsoError && !(error instanceof LockedError)) console.log(error.code, error.remedy !== undefined);
}
`;

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023', lib: ['es2023'], module: 'nodenext', strict: true, noUncheckedIndexedAccess: true,
    types: ['node'], typeRoots: [path.join(ROOT, 'node_modules/@types')], rootDir: '.', outDir: 'out',
  },
  include: ['*.ts'],
};

/** The program with the paths of this test. */
function here(text: string): string {
  return text
    .replaceAll(/'\/(?=(?:etc|projects|shadow)\b)/g, `'${top}/`)
    .replaceAll('/shadow/projects/foo/', `/shadow${top}/projects/foo/`);
}

const examples = [...fs.readFileSync(path.join(ROOT, 'docs/library.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
  ([, text = '']) => text,
);

function run(file: string, ...args: string[]): Promise<ProcessResult> {
  return runProcess(process.execPath, [file, ...args], { cwd: consumer, env: cleanEnvironment({}), timeout: 120_000 });
}

let isReady = false;

function ready(skip: TestContext['skip']): void {
  if (!isReady) skip('the registry cannot be reached');
}

describe('a program that has installed the package', () => {
  beforeAll(async () => {
    for (const directory of ['consumer', 'etc', 'projects/foo/data', 'shadow'])
      fs.mkdirSync(path.join(top, directory), { recursive: true });
    fs.writeFileSync(path.join(top, 'projects/foo/data/a.csv'), '1,2\n');
    fs.writeFileSync(
      path.join(top, 'etc/git-fso.yml'),
      `shadow: ${top}/shadow\nroots:\n  - { path: ${top}/projects, schedule: { stat: every 1h } }\n`,
    );
    fs.writeFileSync(path.join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
    fs.writeFileSync(path.join(consumer, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    fs.writeFileSync(path.join(consumer, 'program.ts'), here(PROGRAM));
    // Records begin with this test.
    const texts = examples.map((text) => here(text).replaceAll("'2 weeks ago'", "'now'"));
    for (const [index, text] of texts.entries()) fs.writeFileSync(path.join(consumer, `example-${index + 1}.ts`), text);
    isReady = await installInto(consumer, await packPackage(top));
  }, 2 * INSTALL_TIMEOUT_MS);

  test('compiles with it, and with the examples of docs/library.md', { timeout: 120_000 }, async ({ skip }) => {
    ready(skip);
    const { status, stdout, stderr } = await run(path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
    expect(`${stdout.toString()}${stderr.toString()}`).toBe('');
    expect(status).toBe(0);
  });

  test('records, lists, cancels and tells errors apart', { timeout: 60_000 }, async ({ skip }) => {
    ready(skip);
    const { status, stdout, stderr } = await run('out/program.js');
    expect(stderr.toString()).toBe('');
    expect(stdout.toString()).toBe('? .\n? data/a.csv\n. data data/a.csv\ncancelled by the program\nUsage true\n');
    expect(status).toBe(0);
  });

  test.for(examples.map((_, index) => index + 1))('runs example %i of docs/library.md', { timeout: 60_000 }, async (index, { skip }) => {
    ready(skip);
    const { status, stderr } = await run(`out/example-${index}.js`);
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });
});

describe('docs/library.md', () => {
  test('has examples, and names every function and class that the package exports', () => {
    const index = fs.readFileSync(path.join(ROOT, 'src/index.ts'), 'utf8');
    const names = [...index.matchAll(/^export \{ (.*) \}/gm)].flatMap(([, list = '']) => list.split(', '));
    const text = fs.readFileSync(path.join(ROOT, 'docs/library.md'), 'utf8');
    expect(examples.length).toBeGreaterThan(5);
    expect(names.length).toBeGreaterThan(35);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test('has every code of an error that reaches a program', () => {
    const text = fs.readFileSync(path.join(ROOT, 'docs/library.md'), 'utf8');
    const sources = ['util/errors.ts', 'config/yaml/problems.ts', 'rescan/guard/root-places.ts', 'discovery/discover.ts'].map((file) =>
      fs.readFileSync(path.join(ROOT, 'src', file), 'utf8'),
    );
    const codes = sources.flatMap((source) =>
      [...source.matchAll(/readonly code(?:: [^=;,\n]*)? = '(\w+)'|readonly code: ('\w+'(?: \| '\w+')*)/g)].flatMap(
        ([, one, many]) => one ?? many?.match(/\w+/g) ?? [],
      ),
    );
    expect(codes).toEqual(['Failed', 'Usage', 'Locked', 'Config', 'Place', 'NotExist', 'NotDir', 'PermissionDenied']);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});
