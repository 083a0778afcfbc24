import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordContent } from '../../../src/facets/content/content.js';
import { whileAlone } from '../../../src/shadow/lock/repo-lock.js';
import { fso, git, readBranchTree } from '../../harness/index.js';
import { changeStub, commitByHand, heads, makeWorld, OPTIONS, problemsOf, recorded } from '../world.js';
import type { World } from '../world.js';

const content = (world: World) => recordContent(world.repo, OPTIONS);

describe('what is recorded', () => {
  test('the toplevel README.md and nothing else; an unchanged realdir makes no commit', async () => {
    const world = await makeWorld({ 'README.md': 'r\n', a: 'a\n', 'sub/README.md': 'nested\n' });
    expect(await content(world)).toMatchObject({ added: 1, modified: 0, deleted: 0, problems: [] });
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'r\n' });
    const before = heads(world);
    expect((await content(world)).commit).toBeNull();
    expect(heads(world)).toBe(before);
  });

  test('ignore rules decide about a new README.md only; those of the realdir cannot re-include anything', async () => {
    const world = await makeWorld({ 'README.md': 'r\n' });
    await changeStub(world, { '.gitignore': 'README.md\n' });
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({});
    fs.writeFileSync(path.join(world.real, '.gitignore'), '!README.md\n!a\n!/sub/**\n');
    for (const name of ['a', 'sub/b']) fs.cpSync(path.join(world.real, 'README.md'), path.join(world.real, name), { recursive: true });
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({});
    await changeStub(world, { '.gitignore': '*\n!/README.md\n' });
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'r\n' });
    fs.writeFileSync(path.join(world.real, '.gitignore'), 'README.md\n');
    fs.writeFileSync(path.join(world.real, 'README.md'), 'changed\n');
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'changed\n' });
  });

  test('what was added by hand is followed, at any depth, whatever bytes its name has', async () => {
    const world = await makeWorld({ 'docs/deep/d.txt': 'd\n', 'docs/other': 'o\n', 'n\xe9/\xff': 'bytes\n' });
    commitByHand(world, 'master-content', { 'docs/deep/d.txt': 'stale\n', 'gone/x': 'x\n' });
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'docs/deep/d.txt': 'd\n' });
    fs.appendFileSync(path.join(world.real, 'docs/deep/d.txt'), 'more\n');
    expect(await content(world)).toMatchObject({ added: 0, modified: 1, deleted: 0 });
    expect(recorded(world, 'master-content')).toEqual({ 'docs/deep/d.txt': 'd\nmore\n' });
    const tree = (entry: string): string => git(['mktree'], world.shadow, { input: Buffer.from(`${entry}\n`, 'latin1') });
    const blob = git(['hash-object', '-w', '--stdin'], world.shadow, { input: 'stale\n' });
    const nested = tree(`040000 tree ${tree(`100644 blob ${blob}\t\xff`)}\tn\xe9`);
    git(['update-ref', 'refs/heads/master-content', git(['commit-tree', '-m', 'x', nested], world.shadow)], world.shadow);
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'n\xe9/\xff': 'bytes\n' });
  });

  test('a path is deleted when it, or its directory, is not there any more, or is something else', async () => {
    const world = await makeWorld({ 'docs/a': 'a\n', 'docs/b': 'b\n', 'other/c': 'c\n', 'was/d': 'd\n', secret: null, 'secret/a': 's\n' });
    const byHand = { 'docs/a': '', 'docs/b': '', 'other/c': '', 'was/d': '' };
    commitByHand(world, 'master-content', byHand);
    await content(world);
    fs.rmSync(path.join(world.real, 'docs/b'));
    execFileSync('mkfifo', [path.join(world.real, 'docs/b')]);
    fs.rmSync(path.join(world.real, 'other'), { recursive: true });
    fs.symlinkSync('secret', path.join(world.real, 'other'));
    fs.rmSync(path.join(world.real, 'was'), { recursive: true });
    fs.writeFileSync(path.join(world.real, 'was'), 'a file\n');
    expect(await content(world)).toMatchObject({ added: 0, modified: 0, deleted: 3, problems: [] });
    expect(recorded(world, 'master-content')).toEqual({ 'docs/a': 'a\n' });
  });

  test('a README.md that is a directory is not entered', async () => {
    const world = await makeWorld({ 'README.md/inner': 'i\n' });
    expect((await content(world)).commit).toBeNull();
    commitByHand(world, 'master-content', { 'README.md': 'was a file\n' });
    expect(await content(world)).toMatchObject({ added: 0, deleted: 1 });
    expect(recorded(world, 'master-content')).toEqual({});
  });

  test('a run that finds nothing to record waits for nobody', async () => {
    const world = await makeWorld({ 'README.md': 'r\n', 'docs/d': 'd\n' });
    commitByHand(world, 'master-content', { 'docs/d': 'd\n' });
    await content(world);
    const alone = (): Promise<unknown> => whileAlone(world.repo, OPTIONS, () => content(world));
    await alone();
    fs.renameSync(world.real, `${world.real}.gone`);
    await expect(alone()).rejects.toThrow(/locked by git-fso test/);
    await content(world);
    await alone();
  });

  test('an executable file has the mode of every record', async () => {
    const world = await makeWorld({ 'README.md': { file: 'r\n', mode: 0o755 } });
    await content(world);
    expect(readBranchTree(world.shadow, 'master-content').get('README.md')?.mode).toBe('100644');
  });

  test('a branch that is missing starts at the stub, even if there is nothing to record', async () => {
    const world = await makeWorld({ a: 'a\n' }, 'bundle-subdirs');
    git(['branch', '-D', 'master-content'], world.shadow);
    await content(world);
    expect(git(['rev-parse', 'master-content^', 'master-content^{tree}'], world.shadow)).toBe(
      git(['rev-parse', 'master-stub', 'master-stub^{tree}'], world.shadow),
    );
    expect((await content(world)).commit).toBeNull();
  });

  test('a missing realdir counts as empty', async () => {
    const world = await makeWorld({ 'README.md': 'r\n', 'docs/d': 'd\n' });
    commitByHand(world, 'master-content', { 'docs/d': 'd\n' });
    await content(world);
    fs.renameSync(world.real, `${world.real}.gone`);
    expect(await content(world)).toMatchObject({ deleted: 2, problems: [] });
    expect(git(['ls-tree', '-r', '--name-only', 'master-content'], world.shadow)).toBe('.gitignore');
    expect((await content(world)).commit).toBeNull();
  });
});

describe('what is stored for a file', () => {
  test('what git add would store, by .gitattributes at any depth', async () => {
    const files = {
      'README.md': 'a\r\nb\r\n$Id: x$\r\n',
      'docs/in.txt': 'a\r\nb\r\n$Id: x$\n',
      'docs/deep/in.txt': 'a\r\nb\r\n',
      'docs/deep/auto.dat': 'a\r\n\0b\r\n',
      'docs/utf.txt': Buffer.from('\ufeffé\r\n', 'utf16le'),
    };
    const attributes = {
      '.gitattributes': '[attr]plain -text\nREADME.md text\n*.txt text ident\n*.dat text=auto\n* filter=none\n',
      'docs/.gitattributes': 'utf.txt working-tree-encoding=UTF-16\n',
      'docs/deep/.gitattributes': '/in.txt plain\n',
    };
    const world = await makeWorld({ ...files, ...attributes });
    commitByHand(world, 'master-content', Object.fromEntries(Object.keys(files).map((name) => [name, ''])));
    await content(world);
    const oracle = path.join(world.dir, 'oracle');
    fs.cpSync(world.real, oracle, { recursive: true });
    git(['init', '-q'], oracle);
    git(['add', '-A', '-f'], oracle);
    const oids = Object.keys(files).map((name) => git(['rev-parse', `:${name}`], oracle));
    const ours = readBranchTree(world.shadow, 'master-content');
    expect(Object.keys(files).map((name) => ours.get(name)?.oid)).toEqual(oids);
    expect(ours.get('README.md')?.text).toBe('a\nb\n$Id: x$\n');
  });

  test('where the realdir has no .gitattributes, those of the branch apply, as in Git', async () => {
    const world = await makeWorld({ 'README.md': 'a\r\n' });
    await changeStub(world, { '.gitattributes': 'README.md text\n' });
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'a\n' });
    fs.writeFileSync(path.join(world.real, '.gitattributes'), '');
    await content(world);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'a\r\n' });
  });
});

describe('what cannot be read', () => {
  test('a file that is too large keeps its record, and exit status 3 tells of it', async () => {
    const world = await makeWorld({ 'README.md': 'r\n', 'docs/d': 'd\n' });
    commitByHand(world, 'master-content', { 'docs/d': 'old\n' });
    await content(world);
    fs.truncateSync(path.join(world.real, 'README.md'), 200 * 1024 * 1024);
    fs.writeFileSync(path.join(world.real, 'docs/d'), 'new\n');
    const { status, stdout, stderr } = fso(['content'], { cwd: world.shadow });
    expect([status, stdout]).toEqual([3, expect.stringMatching(/^content [0-9a-f]{10}: 0 added, 1 modified, 0 deleted\n$/)]);
    expect(stderr).toMatch(/^README\.md: has more than \d+ bytes/);
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'r\n', 'docs/d': 'new\n' });
  });

  test('a directory whose .gitattributes cannot be used keeps its records', async () => {
    const world = await makeWorld({ 'README.md': 'r\n', 'docs/d': 'new\r\n', 'docs/.gitattributes': { sparse: 2 * 1024 * 1024 } });
    commitByHand(world, 'master-content', { 'docs/d': 'old\n' });
    const result = await content(world);
    expect(problemsOf(result)).toEqual({ docs: expect.stringContaining('.gitattributes') });
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'r\n', 'docs/d': 'old\n' });
  });

  test.skipIf(process.getuid?.() === 0)('a file without permission keeps its record (needs an ordinary user)', async () => {
    const world = await makeWorld({ 'README.md': 'r\n' });
    await content(world);
    fs.writeFileSync(path.join(world.real, 'README.md'), 'changed\n');
    fs.chmodSync(path.join(world.real, 'README.md'), 0);
    expect(problemsOf(await content(world))).toEqual({ 'README.md': expect.stringContaining('EACCES') });
    expect(recorded(world, 'master-content')).toEqual({ 'README.md': 'r\n' });
  });
});
