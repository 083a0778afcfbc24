import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { git, tempDir } from './harness/index.js';

const TOP = path.resolve(import.meta.dirname, '..');

/** The code that docs/adding.md has for a facet, by file. */
function described(): Map<string, string> {
  const text = fs.readFileSync(path.join(TOP, 'docs/adding.md'), 'utf8');
  return new Map([...text.matchAll(/`(src\/[\w/-]+\.ts)`:\n\n```ts\n(.*?)```/gs)].map(([, file = '', code = '']) => [file, code]));
}

/** Inserts text behind the first place that an expression finds. */
function insert(file: string, behind: RegExp, text: string): void {
  const before = fs.readFileSync(file, 'utf8');
  const match = behind.exec(before);
  if (match === null) throw new Error(`${file} has no ${String(behind)}`);
  const at = match.index + match[0].length;
  fs.writeFileSync(file, before.slice(0, at) + text + before.slice(at));
}

test('a facet is added by a row, a folder and a line, as docs/adding.md says', () => {
  const copy = path.join(tempDir(), 'git-fso');
  fs.mkdirSync(copy);
  for (const name of ['src', 'bin', 'test/setup', 'package.json', 'tsconfig.json']) {
    fs.cpSync(path.join(TOP, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(path.join(TOP, 'node_modules'), path.join(copy, 'node_modules'));
  const steps = described();
  expect([...steps.keys()]).toEqual(['src/shadow/facets.ts', 'src/facets/links/record-links.ts', 'src/rescan/run/record-facet.ts']);
  const codeFor = (file: string): string => steps.get(file) ?? '';
  insert(path.join(copy, 'src/shadow/facets.ts'), /\n {2}tos: \{.*\n/, codeFor('src/shadow/facets.ts'));
  fs.mkdirSync(path.join(copy, 'src/facets/links'));
  fs.writeFileSync(path.join(copy, 'src/facets/links/record-links.ts'), codeFor('src/facets/links/record-links.ts'));
  const table = path.join(copy, 'src/rescan/run/record-facet.ts');
  insert(table, /\n {2}tos: recordTos,\n/, codeFor('src/rescan/run/record-facet.ts'));
  insert(table, /^/, "import { recordLinks } from '../../facets/links/record-links.js';\n");
  execFileSync(process.execPath, [path.join(TOP, 'node_modules/typescript/bin/tsc'), '-p', copy, '--noEmit'], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  execFileSync(process.execPath, ['test/setup/build.mjs'], { cwd: copy, stdio: 'pipe' });

  const dir = tempDir();
  const root = path.join(dir, 'root');
  fs.mkdirSync(path.join(root, 'project/sub'), { recursive: true });
  fs.writeFileSync(path.join(root, 'project/sub/file'), 'x');
  fs.linkSync(path.join(root, 'project/sub/file'), path.join(root, 'project/twin'));
  const config = path.join(dir, 'git-fso.yml');
  fs.writeFileSync(
    config,
    `shadow: ${dir}/shadow\nroots:\n  - path: ${root}\n    facets: [stat, links]\n    patterns: |\n      repo project\n`,
  );
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [path.join(copy, 'bin/git-fso'), ...args], { encoding: 'utf8' });
  expect(run('rescan', '--config', config)).toContain('links +');
  const [shadow = ''] = run('list', '--config', config, '--json').match(/(?<="shadow":")[^"]+/) ?? [];
  expect(git(['show', 'master-links:sub/file'], shadow)).toBe('name: "file"\nlinks: 2');
  expect(run('-C', shadow, 'check')).toBe('no errors found\n');
  expect(run('rescan', '--config', config)).not.toContain('links +');
});
