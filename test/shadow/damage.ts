import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { git } from '../harness/index.js';

/** A way to damage the shadow repo in a directory, as crashes, disks and people do. */
export type Damage = (shadow: string) => void;

const at = (shadow: string, name: string): string => path.join(shadow, '.git', name);

function packOf(shadow: string): string {
  const name = fs.readdirSync(at(shadow, 'objects/pack')).find((one) => one.endsWith('.pack'));
  return at(shadow, `objects/pack/${name}`);
}

/** Makes every object loose, so that one can be hit. */
function unpack(shadow: string): void {
  const pack = packOf(shadow);
  const bytes = fs.readFileSync(pack);
  for (const end of ['.pack', '.idx']) fs.rmSync(pack.replace('.pack', end));
  git(['unpack-objects', '-q'], shadow, { input: bytes });
}

/** The file of a loose object. */
export function looseFile(shadow: string, revision: string): string {
  const oid = git(['rev-parse', revision], shadow);
  return at(shadow, `objects/${oid.slice(0, 2)}/${oid.slice(2)}`);
}

function overwrite(file: string, change: (bytes: Buffer) => Buffer): void {
  const bytes = change(fs.readFileSync(file));
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, bytes);
}

/** Moves a branch to a commit whose tree has these entries; `git mktree` would refuse some. */
function commitTree(shadow: string, branch: string, entries: Buffer): void {
  const tree = git(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], shadow, { input: entries });
  const commit = git(['commit-tree', '-p', branch, '-m', 'damage', tree], shadow);
  git(['update-ref', `refs/heads/${branch}`, commit], shadow);
}

function treeEntry(shadow: string, mode: string, name: string, oid: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(git(['rev-parse', oid], shadow), 'hex')]);
}

/** Replaces the record at `a` on a branch. */
function record(shadow: string, branch: string, text: string, mode = '100644'): void {
  const oid = git(['hash-object', '-w', '--stdin'], shadow, { input: text });
  const lines = git(['ls-tree', branch], shadow).split('\n').filter((line) => !line.endsWith('\ta'));
  const tree = git(['mktree'], shadow, { input: `${[...lines, `${mode} blob ${oid}\ta`].join('\n')}\n` });
  const commit = git(['commit-tree', '-p', branch, '-m', 'by hand', tree], shadow);
  git(['update-ref', `refs/heads/${branch}`, commit], shadow);
}

/** The process of this lock has ended: no process has a number like that. */
function deadOwner(): string {
  const host = spawnSync('hostname', { encoding: 'utf8' }).stdout.trim();
  const namespace = fs.readlinkSync('/proc/self/ns/pid');
  return `${JSON.stringify({ 'git-fso': { pid: 99_999_999, host, boot: 'an earlier one', namespace, started: '1' } })}\n`;
}

function age(file: string): void {
  const then = Date.now() / 1000 - 86_400;
  fs.utimesSync(file, then, then);
}

/** What repairs itself when asked to: nothing is lost. */
export const REPAIRABLE: Readonly<Record<string, Damage>> = {
  'a ref of 0 bytes': (shadow) => fs.writeFileSync(at(shadow, 'refs/heads/master-stat'), ''),
  'a ref that is cut short': (shadow) => fs.truncateSync(at(shadow, 'refs/heads/master-sha'), 20),
  'a ref that is garbage': (shadow) => fs.writeFileSync(at(shadow, 'refs/heads/master-stub'), '\0'.repeat(41)),
  'a branch that is gone': (shadow) => fs.rmSync(at(shadow, 'refs/heads/master-content')),
  'a HEAD that is gone': (shadow) => fs.rmSync(at(shadow, 'HEAD')),
  'a HEAD of 0 bytes': (shadow) => fs.writeFileSync(at(shadow, 'HEAD'), ''),
  'a HEAD among records': (shadow) => git(['symbolic-ref', 'HEAD', 'refs/heads/master-stat'], shadow),
  'a branch of records that is checked out': (shadow) => git(['checkout', '-q', 'master-stat'], shadow),
  'a sha-seen that is cut short': (shadow) => fs.writeFileSync(at(shadow, 'refs/fso/sha-seen'), '12ab'),
  'a sha-seen whose object is gone': (shadow) => fs.writeFileSync(at(shadow, 'refs/fso/sha-seen'), `${'12'.repeat(20)}\n`),
  'a sha-seen that is something else': (shadow) => git(['update-ref', 'refs/fso/sha-seen', 'master-stat^{tree}'], shadow),
  'a loose object that is cut short, and in a pack as well': (shadow) => {
    const pack = packOf(shadow);
    const bytes = fs.readFileSync(pack);
    unpack(shadow);
    git(['index-pack', '--stdin'], shadow, { input: bytes });
    overwrite(looseFile(shadow, 'master-stat^{tree}'), (all) => all.subarray(0, all.length / 2));
  },
  'an index with an unfinished merge': (shadow) => {
    const oid = git(['rev-parse', 'master-stub:.gitignore'], shadow);
    const stages = [1, 2, 3].map((stage) => `100644 ${oid} ${stage}\t.gitignore\n`).join('');
    git(['update-index', '--index-info'], shadow, { input: `0 ${'0'.repeat(40)}\t.gitignore\n${stages}` });
  },
  'an index that is damaged': (shadow) => fs.writeFileSync(at(shadow, 'index'), 'DIRC'),
  'an index that is gone': (shadow) => fs.rmSync(at(shadow, 'index')),
};

/** What only looks like damage: runs pass over it. */
export const HARMLESS: Readonly<Record<string, Damage>> = {
  'a dangling lock of a killed git-fso': (shadow) => fs.writeFileSync(at(shadow, 'refs/heads/master-stat.lock'), deadOwner()),
  'temporary files of a killed git-fso': (shadow) => {
    for (const name of ['objects/pack/tmp_pack_01234567', 'refs/heads/master-sha.fso-next.lock'])
      fs.writeFileSync(at(shadow, name), 'half');
  },
  'a log that is cut short': (shadow) => {
    const log = at(shadow, 'logs/refs/heads/master-stat');
    fs.truncateSync(log, fs.statSync(log).size - 30);
  },
};

/** What no program can bring back. */
export const LOST: Readonly<Record<string, Damage>> = {
  'a loose object that is cut short': (shadow) => {
    unpack(shadow);
    overwrite(looseFile(shadow, 'master-stat^{tree}'), (all) => all.subarray(0, all.length / 2));
  },
  'a loose object of 0 bytes': (shadow) => {
    unpack(shadow);
    overwrite(looseFile(shadow, 'master-stat:a'), () => Buffer.alloc(0));
  },
  'a loose object with other content': (shadow) => {
    unpack(shadow);
    fs.copyFileSync(looseFile(shadow, 'master-sha:a'), looseFile(shadow, 'master-stat:.nogtree'));
  },
  'a flipped byte in a pack': (shadow) => {
    overwrite(packOf(shadow), (bytes) => {
      const middle = Math.floor(bytes.length / 2);
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 0xff, middle);
      return bytes;
    });
  },
  'a pack that is cut short': (shadow) => overwrite(packOf(shadow), (bytes) => bytes.subarray(0, bytes.length - 40)),
  'a pack index that is garbage': (shadow) => overwrite(packOf(shadow).replace('.pack', '.idx'), (bytes) => bytes.fill(0, 0, 1000)),
  'a missing tree': (shadow) => {
    unpack(shadow);
    fs.rmSync(looseFile(shadow, 'master-stat^{tree}'));
  },
  'a missing commit': (shadow) => {
    unpack(shadow);
    fs.rmSync(looseFile(shadow, 'master-stat'));
  },
  'a foreign extension': (shadow) => git(['config', 'extensions.objectFormat', 'sha256'], shadow),
  'a newer format': (shadow) => git(['config', 'core.repositoryFormatVersion', '7'], shadow),
  'a config that is garbage': (shadow) => fs.writeFileSync(at(shadow, 'config'), '[core\n\0'),
  'a config without a realdir': (shadow) => git(['config', '--unset', 'fso.realdir'], shadow),
  'a realdir that is not absolute': (shadow) => git(['config', 'fso.realdir', 'somewhere'], shadow),
  'no UUID': (shadow) => fs.rmSync(at(shadow, 'fso/uuid')),
  'packed-refs that are cut short': (shadow) => {
    git(['pack-refs', '--all'], shadow);
    const file = at(shadow, 'packed-refs');
    fs.truncateSync(file, fs.statSync(file).size - 20);
  },
  'an old lock of a Git process': (shadow) => {
    const lock = at(shadow, 'refs/heads/master-stat.lock');
    fs.writeFileSync(lock, '');
    age(lock);
  },
  'a merge of an administrator': (shadow) => {
    REPAIRABLE['an index with an unfinished merge']?.(shadow);
    fs.writeFileSync(at(shadow, 'MERGE_HEAD'), `${git(['rev-parse', 'master-stub'], shadow)}\n`);
  },
  'a record that is no record': (shadow) => record(shadow, 'master-stat', 'hello\n'),
  'a record about something else': (shadow) => record(shadow, 'master-stat', 'name: "b"\nsize: 1\nmtime: 2\n'),
  'a record without a size': (shadow) => record(shadow, 'master-stat', 'name: "a"\nmtime: 2\n'),
  'a checksum that is none': (shadow) =>
    record(shadow, 'master-sha', `name: "a"\nsize: 1\nsha1: "${'g'.repeat(40)}"\nsha256: "${'0'.repeat(64)}"\n`),
  'an executable record': (shadow) => record(shadow, 'master-stat', git(['cat-file', 'blob', 'master-stat:a'], shadow), '100755'),
  'a record beside a directory of the same name': (shadow) => {
    const entries = ['100644', '40000'].map((mode, index) => treeEntry(shadow, mode, 'd', ['master-stat:a', 'master-stat:d'][index] ?? ''));
    commitTree(shadow, 'master-stat', Buffer.concat(entries));
  },
  'a tree in disorder': (shadow) => {
    const entries = ['b', 'a'].map((name) => treeEntry(shadow, '100644', name, 'master-stat:a'));
    commitTree(shadow, 'master-stat', Buffer.concat(entries));
  },
};
