import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import type { FsoResult } from '../../harness/index.js';
import { fso, git, gitBuffer, tempDir } from '../../harness/index.js';
import { recordedSite, repoOf, touch } from './foreign-site.js';

const MIB = 1024 * 1024;
const probe = path.join(tempDir(), 'probe.cjs');
// Not what getrusage(2) says: that is inherited from whoever starts the process.
const PROBE =
  "const fs = require('node:fs'); process.on('exit', () => fs.writeFileSync(process.env.RSS_FILE, " +
    "/VmHWM:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]));\n";
fs.writeFileSync(probe, PROBE);

/** Runs git-fso, and refuses what takes much memory or time. */
function bounded(args: readonly string[], cwd: string): FsoResult {
  const file = path.join(tempDir(), 'rss');
  const result = fso(args, { cwd, timeout: 60_000, env: { NODE_OPTIONS: `--require ${probe}`, RSS_FILE: file } });
  expect(result.status, `${args.join(' ')} ends`).not.toBeNull();
  expect(Number(fs.readFileSync(file, 'utf8')) / 1024, `MiB of ${args.join(' ')}`).toBeLessThan(500);
  return result;
}

const blobOf = (repo: string, content: string | Buffer): string => git(['hash-object', '-w', '--stdin'], repo, { input: content });
const treeOf = (repo: string, entries: readonly string[]): string =>
  git(['mktree', '--missing'], repo, { input: `${entries.join('\n')}\n` });

/** Adds an entry at the toplevel of a branch. */
function commitEntry(repo: string, branch: string, entry: string): void {
  const name = entry.slice(entry.indexOf('\t') + 1);
  const others = git(['ls-tree', branch], repo).split('\n').filter((line) => !line.endsWith(`\t${name}`));
  const commit = git(['commit-tree', '-p', branch, '-m', 'bomb', treeOf(repo, [...others, entry])], repo);
  git(['update-ref', `refs/heads/${branch}`, commit], repo);
}

const record = (name: string): string => `name: ${JSON.stringify(name)}\nsize: 1\nmtime: 1\n`;

test.each([[10, 11], [1000, 3]])('trees of %i entries, nested %i times, stand for 10^12 paths', (width, depth) => {
  const site = recordedSite();
  const repo = repoOf(site, 'one');
  const names = Array.from({ length: width }, (_, index) => String(index).padStart(4, '0'));
  const blob = blobOf(repo, record('0000'));
  let tree = treeOf(repo, names.map((name) => `100644 blob ${blob}\t${name}`));
  for (let level = 0; level < depth; level++) tree = treeOf(repo, names.map((name) => `040000 tree ${tree}\t${name}`));
  commitEntry(repo, 'master-stat', `040000 tree ${tree}\tbomb`);
  touch(site, 'two/b.txt');
  // What lists paths while it reads would list millions of the wider ones first.
  const listing = width < 100 ? [['log'], ['log', '--no-moves'], ['export', 'csv']] : [];
  for (const args of [['ls'], ['summary'], ['status'], ['check'], ['stat'], ...listing]) {
    const { status, stdout, stderr } = bounded(args, repo);
    expect([args, status]).toEqual([args, 1]);
    expect(stdout + stderr).toContain('a few trees stand for so many paths that they cannot be walked through');
  }
  const { status, stdout, stderr } = bounded(['rescan', '--config', site.config], site.top);
  expect(status).toBe(1);
  expect(stdout).toContain(`changed ${site.project}/two: stat`);
  expect(stderr).toContain(`failed ${site.project}/one: `);
  expect(bounded(['list', '--config', site.config], site.top).stdout).toMatch(/\/two .* ok/);
}, 300_000);

test('trees nested 20,000 times', () => {
  const site = recordedSite();
  const repo = repoOf(site, 'one');
  const objects = path.join(repo, '.git/objects');
  const store = (type: string, body: Buffer): Buffer => {
    const bytes = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
    const id = createHash('sha1').update(bytes).digest();
    const file = path.join(objects, id.toString('hex').replace(/^../, '$&/'));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, zlib.deflateSync(bytes));
    return id;
  };
  let tree = store('tree', Buffer.concat([Buffer.from('100644 f\0'), Buffer.from(blobOf(repo, record('f')), 'hex')]));
  for (let level = 0; level < 20_000; level++) tree = store('tree', Buffer.concat([Buffer.from('40000 d\0'), tree]));
  commitEntry(repo, 'master-stat', `040000 tree ${tree.toString('hex')}\td`);
  for (const args of [['status'], ['stat']]) {
    const { status, stderr } = bounded(args, repo);
    expect([args, status]).toEqual([args, 1]);
    expect(stderr).toContain('is recorded deeper than 2100 directories');
  }
  for (const args of [['ls'], ['summary']]) expect(bounded(args, repo).stderr).not.toContain('unexpected error');
}, 300_000);

test('zlib: half a gigabyte in half a megabyte', () => {
  const site = recordedSite('    facets: [stat, content]\n');
  const repo = repoOf(site, 'one');
  const body = Buffer.concat([Buffer.from(`blob ${512 * MIB}\0`), Buffer.alloc(512 * MIB)]);
  const id = createHash('sha1').update(body).digest('hex');
  const file = path.join(repo, '.git/objects', id.replace(/^../, '$&/'));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, zlib.deflateSync(body, { level: 1 }));
  for (const [branch, name] of [
    ['master-stat', '.nogtree'],
    ['master-content', 'README.md'],
  ] as const)
    commitEntry(repo, branch, `100644 blob ${id}\t${name}`);
  for (const args of [['ls'], ['show', 'README.md'], ['stat']]) {
    const { status, stderr } = bounded(args, repo);
    expect([args, status]).toEqual([args, 1]);
    expect(stderr).toContain('the object is bigger than one of its kind can be');
  }
  expect(bounded(['list', '--config', site.config], site.top).stdout).toMatch(/\/one .*is bigger than/);
}, 300_000);

/** The header of an entry of a pack: type, and size in groups of seven bits (gitformat-pack(5)). */
function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function varint(size: number): number[] {
  return size < 128 ? [size] : [(size & 0x7f) | 0x80, ...varint(Math.floor(size / 128))];
}

test('a delta that names its base again and again', () => {
  const site = recordedSite('    facets: [stat, content]\n');
  const repo = repoOf(site, 'one');
  const base = Buffer.alloc(MIB, 'x');
  const count = 256;
  // Copy 0xf00000 bytes is not possible of so small a base: one command a MiB, of size 0x100000.
  const delta = Buffer.from([...varint(MIB), ...varint(count * MIB), ...Array.from({ length: count }, () => [0x80 | 0x40, 0x10]).flat()]);
  const baseId = createHash('sha1').update(`blob ${MIB}\0`).update(base).digest();
  const result = createHash('sha1').update(`blob ${count * MIB}\0`);
  for (let i = 0; i < count; i++) result.update(base);
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(2, 8);
  const pack = Buffer.concat([
    head,
    entryHeader(3, MIB),
    zlib.deflateSync(base),
    entryHeader(7, delta.length),
    baseId,
    zlib.deflateSync(delta),
  ]);
  const file = path.join(repo, '.git/objects/pack/pack-0000000000000000000000000000000000000001.pack');
  fs.writeFileSync(file, Buffer.concat([pack, createHash('sha1').update(pack).digest()]));
  gitBuffer(['index-pack', file], repo);
  commitEntry(repo, 'master-content', `100644 blob ${result.digest('hex')}\tREADME.md`);
  const { status, stderr } = bounded(['show', 'README.md'], repo);
  expect(status).toBe(1);
  expect(stderr).toContain('the delta does not fit its base, or makes too much of it');
}, 300_000);
