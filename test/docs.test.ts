import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../src/config/schema/json-schema.js';
import { fso, git, programDirectory, runProcess, tempDir } from './harness/index.js';
import { makeSite } from './rescan/site.js';

const top = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(top, file), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

/** All property names of a JSON schema, at any depth. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { properties?: object };
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(keysOf)];
}

describe('README', () => {
  it('names commands that exist', () => {
    const named = [...read('README.md').matchAll(/git-fso ((?:-C \S+ )?)([a-z][a-z-]*)/g)].map((match) => match[2] ?? '');
    const help = fso(['--help'], { cwd: top }).stdout;
    const known = new Set([...help.matchAll(/^ {2}([a-z-]+)[ |]/gm)].map((match) => match[1]));
    const prose = new Set(['is', 'keeps', 'may', 'looks', 'processes', 'takes']);
    expect(named.filter((name) => !known.has(name) && !prose.has(name))).toEqual([]);
  });

  it('shows a configuration that is understood', () => {
    const [config = ''] = blocks(read('README.md'), 'yaml');
    const file = path.join(tempDir(), 'git-fso.yml');
    writeFileSync(file, config);
    expect(fso(['config', 'check', '--config', file], { cwd: top })).toMatchObject({ status: 0, stderr: '' });
  });

  it('shows how to edit the stub, with commands that work', async () => {
    const site = makeSite({ 'data/foo/a.txt': 'a', 'data/foo/b.tmp': 'b' });
    const script = blocks(read('README.md'), 'bash').find((block) => block.includes('apply-stub')) ?? '';
    site.rescan();
    const repo = site.repos().get('data/foo') ?? '';
    const env = {
      ...process.env,
      PATH: `${programDirectory()}:${process.env['PATH'] ?? ''}`,
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    const run = await runProcess('bash', ['--norc', '-euc', script.replace('/shadow/project/data/foo/*.fso', repo)], {
      cwd: site.top,
      env,
      timeout: 60_000,
    });
    expect(run.stderr.toString()).toBe('');
    expect(run.status).toBe(0);
    expect(git(['show', 'master-stat:.gitignore'], repo)).toBe('*.tmp');
  });

  it('lists every dependency with its reason', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    for (const name of Object.keys(dependencies)) expect(read('README.md')).toContain(`\n| ${name} | `);
  });

  it('links to documents that exist', () => {
    const links = [...read('README.md').matchAll(/\]\((docs\/[^)#]+)#?([^)]*)\)/g)];
    for (const [, file = '', heading = ''] of links) {
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
      if (heading !== '') expect(headings).toContain(heading);
    }
    expect(links.length).toBeGreaterThan(5);
  });
});

describe('docs/configuration.md', () => {
  it('explains every key', () => {
    const text = read('docs/configuration.md');
    expect(keysOf(configJsonSchema()).filter((key) => !text.includes(key))).toEqual([]);
  });

  it('shows a configuration that is understood', () => {
    const [config = ''] = blocks(read('docs/configuration.md'), 'yaml');
    const file = path.join(tempDir(), 'git-fso.yml');
    writeFileSync(file, config);
    expect(fso(['config', 'check', '--config', file], { cwd: top })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('docs/security.md', () => {
  it('names tests and files that exist', () => {
    const named = [...read('docs/security.md').matchAll(/`((?:test|src)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !existsSync(path.join(top, file)))).toEqual([]);
  });

  it('tells of every place that starts programs', () => {
    const starters = readdirSync(path.join(top, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') &&
        read(`src/${file}`).includes("'node:child_process'") &&
        /\b(spawn|spawnSync|exec\w*|fork)\(/.test(read(`src/${file}`)),
    );
    expect(starters.sort()).toEqual([
      'cli/editor.ts',
      'cli/pager.ts',
      'git/process/run-git.ts',
      'rescan/hooks/run-hook.ts',
      'shadow/lock/lock.ts',
      'util/process/run-helper.ts',
    ]);
  });
});

describe('docs/operation.md', () => {
  it('has the exit statuses in the words of the help', () => {
    const rows = [...read('docs/operation.md').matchAll(/^\| (\d) \| (.*) \|$/gm)].map(([, status, meaning]) => `  ${status}  ${meaning}`);
    const [, statuses = ''] = fso(['--help'], { cwd: top }).stdout.split('Exit status:\n');
    expect(rows).toEqual(statuses.trimEnd().split('\n'));
  });
});
