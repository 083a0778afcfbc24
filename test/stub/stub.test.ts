import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { editStub } from '../../src/stub/edit-stub.js';
import { previewStub } from '../../src/stub/preview-stub.js';
import { readStub } from '../../src/shadow/stub/read-stub.js';
import { withIgnorePattern, withNogbundlePattern } from '../../src/stub/stub-rules.js';
import { fso, git } from '../harness/index.js';
import { changeStub, heads, makeWorld, OPTIONS, recordAll, recorded } from '../facets/world.js';
import type { World } from '../facets/world.js';

const SPEC = {
  'README.md': 'r\n',
  'data/a/1': '1\n',
  'data/a/2': '2\n',
  'data/b/3': '3\n',
  'data/readme': 'd\n',
  'x.tmp': 'x\n',
  'sub/y.tmp': 'y\n',
};

function run(world: World, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = fso(['stub', ...args], { cwd: world.shadow, env });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** An editor that runs a script of the shell on the three files, in the order of their names. */
const editor = (script: string): NodeJS.ProcessEnv => ({ EDITOR: `sh -c '${script}' editor` });

describe('a change of the stub', () => {
  test('by a pattern that ignores is committed and applied; what is tracked stays', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    expect(run(world, ['ignore', '*.tmp'])).toBe('stub: committed\nstat: applied\nsha: applied\ncontent: applied\n');
    expect(git(['show', 'master-stub:.gitignore'], world.shadow)).toBe('*.tmp');
    expect(git(['log', '-1', '--format=%s', 'master-stub'], world.shadow)).toMatch(/^stub ignore \*\.tmp \d/);
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
    fs.writeFileSync(path.join(world.real, 'new.tmp'), 'n\n');
    await recordAll(world);
    expect(Object.keys(recorded(world, 'master-stat')).filter((name) => name.endsWith('.tmp'))).toEqual(['sub/y.tmp', 'x.tmp']);
    const before = heads(world);
    expect(run(world, ['ignore', '*.tmp'])).toContain('stub: no changes\n');
    expect(heads(world)).toBe(before);
  });

  test('by a pattern for nogbundles has the directories recorded as summaries', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    run(world, ['bundle', 'data/*']);
    expect(readStub(world.repo)).toEqual({
      '.gitattributes': '/data/*/ nogbundle\n',
      '.gitignore': '/data/*/\n',
      '.nogbundles': '/data/\n/data/*/\n',
    });
    await recordAll(world);
    expect(Object.keys(recorded(world, 'master-stat')).filter((name) => name.startsWith('data'))).toEqual([
      'data/a',
      'data/b',
      'data/readme',
    ]);
    expect(recorded(world, 'master-stat')['data/a']).toContain('files: 2\n');
  });

  test('creates files although the stub ignores its own files', async () => {
    const world = await makeWorld(SPEC);
    await changeStub(world, { '.gitignore': '*\n' });
    run(world, ['bundle', '/data/']);
    expect(git(['ls-tree', '--name-only', 'master-stub'], world.shadow).split('\n')).toEqual([
      '.gitattributes',
      '.gitignore',
      '.nogbundles',
    ]);
    expect(git(['status', '--porcelain', '--ignored'], world.shadow)).toBe('');
  });

  test('in an editor is committed only if something is different then', async () => {
    const world = await makeWorld(SPEC, 'bundle-subdirs');
    const before = heads(world);
    expect(run(world, ['edit'], editor('true'))).toContain('stub: no changes\n');
    expect(heads(world)).toBe(before);
    run(world, ['edit'], editor('echo "/sub/ -nogbundle" >>"$1"; rm "$3"'));
    expect(readStub(world.repo)).toMatchObject({ '.gitattributes': '/*/ nogbundle\n/sub/ -nogbundle\n', '.nogbundles': '' });
    const failed = fso(['stub', 'edit'], { cwd: world.shadow, env: editor('echo x >>"$1"; exit 7') });
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining('exit status 7; nothing was changed')]);
    expect(readStub(world.repo)['.gitattributes']).not.toContain('x\n');
  });

  test('is refused while there are edits that are not committed', async () => {
    const world = await makeWorld(SPEC);
    fs.writeFileSync(path.join(world.shadow, '.gitignore'), 'mine\n');
    const change = () => editStub(world.repo, (stub) => withIgnorePattern(stub, '*.tmp'), 'stub', OPTIONS);
    await expect(change()).rejects.toThrow(/edits that are not committed/);
    git(['commit', '-qam', 'Mine'], world.shadow);
    await change();
    expect(git(['show', 'master-content:.gitignore'], world.shadow)).toBe('mine\n*.tmp');
  });

  test('that deletes a file is applied like any other', async () => {
    const world = await makeWorld(SPEC, 'bundle-subdirs');
    await recordAll(world);
    await changeStub(world, { '.gitattributes': null });
    await recordAll(world);
    for (const branch of ['master-stat', 'master-sha', 'master-content']) {
      expect(git(['ls-tree', '--name-only', branch, '.gitattributes'], world.shadow)).toBe('');
    }
    expect(Object.keys(recorded(world, 'master-stat'))).toEqual(['README.md', 'x.tmp']);
  });
});

describe('a preview', () => {
  const preview = (world: World, files: Readonly<Record<string, string>>) => previewStub(world.repo, files, {});

  test('counts recorded paths that would be ignored now, and were not before', async () => {
    const world = await makeWorld({ ...SPEC, 'sub/.gitignore': '!y.tmp\n' });
    await recordAll(world);
    expect(await preview(world, { '.gitignore': '*.tmp\n/data/a/\n' })).toMatchObject({ ignored: 3, bundled: [], appearing: 0 });
    await changeStub(world, { '.gitignore': '/data/a/\n' });
    expect(await preview(world, { '.gitignore': '*.tmp\n/data/a/\n' })).toMatchObject({ ignored: 1 });
  });

  test('lists directories that would be summaries, and counts what these would replace', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    const wanted = withNogbundlePattern(readStub(world.repo), '/data/*/');
    expect(await preview(world, wanted)).toEqual({
      ignored: 0, bundled: ['data/a', 'data/b'], replaced: 3, unbundled: [], appearing: 0, problems: [],
    });
  });

  test('counts paths that the next stat would add', async () => {
    const world = await makeWorld(SPEC, 'bundle-subdirs');
    await recordAll(world);
    fs.writeFileSync(path.join(world.real, 'new'), 'recorded in any case\n');
    const wanted = { '.gitignore': '', '.gitattributes': '/*/ nogbundle\n/data/ -nogbundle\n' };
    expect(await preview(world, wanted)).toMatchObject({ ignored: 0, bundled: [], replaced: 0, unbundled: ['data'], appearing: 4 });
  });

  test('is what --dry-run prints, and changes nothing', async () => {
    const world = await makeWorld(SPEC);
    await recordAll(world);
    const before = heads(world);
    expect(run(world, ['ignore', '--dry-run', '*.tmp'])).toMatch(/^recorded paths that would be ignored .*: 2$/m);
    expect(run(world, ['bundle', '--dry-run', '/data/'])).toMatch(/^directories that would become nogbundles: 1\n {2}data\/$/m);
    expect(run(world, ['edit', '--dry-run'], editor('echo "README.*" >>"$2"'))).toMatch(/ignored .*: 1$/m);
    expect(heads(world)).toBe(before);
    expect(git(['status', '--porcelain'], world.shadow)).toBe('');
  });
});

test('show prints the files and what they stand for', async () => {
  const world = await makeWorld(SPEC, 'bundle-subdirs');
  expect(run(world, ['show'])).toBe(
    'subdir tracking: bundle-subdirs\n.gitattributes:\n  /*/ nogbundle\n.gitignore:\n  /*/\n.nogbundles:\n  /*/\n',
  );
  await changeStub(world, { '.gitattributes': null, '.gitignore': 'a\x1bb', '.nogbundles': '' });
  expect(run(world, ['show'])).toBe(
    'subdir tracking: edited by hand\n.gitattributes: does not exist\n.gitignore:\n  a\\x1bb\n.nogbundles: empty\n',
  );
  expect(JSON.parse(run(world, ['show', '--json']))).toEqual({
    subdirTracking: null,
    files: { '.gitignore': 'a\x1bb', '.nogbundles': '' },
  });
});
