import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanEnvironment, fso, fsoCommand, git, tempDir } from '../../harness/index.js';
import { canTrace } from '../../harness/opens.js';

const COMMANDS = [
  ['ls'],
  ['ls', '--at', 'now'],
  ['show', '.'],
  ['summary'],
  ['head'],
  ['status'],
  ['check'],
  ['stat', '--recheck'],
  ['content'],
  ['stub', 'ignore', 'x'],
  ['meta', 'ls'],
  ['gc', '--expire', '0'],
  ['check', '--repair'],
];

let top: string;
let shadow: string;
let secret: string;
/** A file of the secret repository, and what is in it. */
let oid: string;

beforeEach(() => {
  top = tempDir();
  [shadow, secret] = [path.join(top, 'shadow'), path.join(top, 'secret')];
  for (const name of ['real', 'shadow', 'secret']) fs.mkdirSync(path.join(top, name));
  fs.writeFileSync(path.join(top, 'real/README.md'), 'mine\n');
  for (const args of [['init', '--observe', path.join(top, 'real')], ['stat'], ['content']])
    expect(fso(args, { cwd: shadow }).status).toBe(0);
  git(['init', '-q'], secret);
  fs.writeFileSync(path.join(secret, 'f'), 's3cret\n');
  git(['add', 'f'], secret);
  git(['commit', '-qm', 'secret'], secret);
  git(['repack', '-adq'], secret);
  oid = git(['rev-parse', 'HEAD'], secret);
});
const traces = tempDir();
afterAll(() => fs.rmSync(traces, { recursive: true, force: true }));

const at = (name: string): string => path.join(shadow, '.git', name);

function plant(name: string, text: string | Buffer): void {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.rmSync(at(name), { force: true });
  fs.writeFileSync(at(name), text);
}

/** Runs all commands; returns what they have opened in the secret repository, or have run. */
function openedOutside(): string[] {
  const log = path.join(traces, 'opens');
  const opened: string[] = [];
  for (const args of COMMANDS) {
    const traced = ['-f', '-qq', '-e', 'trace=open,openat,execve', '-o', log, ...fsoCommand(), ...args];
    const { status, stderr } = spawnSync('strace', traced, { cwd: shadow, env: cleanEnvironment(), encoding: 'utf8', timeout: 60_000 });
    expect([args.join(' '), status !== null, stderr.includes('unexpected error')]).toEqual([args.join(' '), true, false]);
    opened.push(...fs.readFileSync(log, 'utf8').split('\n').filter((line) => line.includes('secret/') || line.includes('trap')));
  }
  return opened;
}

/** A multi-pack-index whose only pack is that of the secret repository, by a path that leads there. */
function strayingIndex(): Buffer {
  const packs = path.join(secret, '.git/objects/pack');
  git(['multi-pack-index', 'write'], secret);
  const plain = fs.readFileSync(path.join(packs, 'multi-pack-index'));
  const pack = fs.readdirSync(packs).find((name) => name.endsWith('.idx'));
  const chunks = Array.from({ length: plain[6] ?? 0 }, (_, index) => {
    const [from, to] = [12 + 12 * index, 24 + 12 * index].map((entry) => Number(plain.readBigUInt64BE(entry + 4)));
    const id = plain.toString('latin1', 12 + 12 * index, 16 + 12 * index);
    if (id !== 'PNAM') return { id, body: plain.subarray(from, to) };
    const body = Buffer.from(`../../../../secret/.git/objects/pack/${pack ?? ''}\0`);
    return { id, body: Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]) };
  });
  let offset = 12 + 12 * (chunks.length + 1);
  const entry = (id: string, length: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.write(id, 0, 'latin1');
    bytes.writeBigUInt64BE(BigInt(offset), 4);
    offset += length;
    return bytes;
  };
  const table = [...chunks.map(({ id, body }) => entry(id, body.length)), entry('\0\0\0\0', 0)];
  const bytes = Buffer.concat([plain.subarray(0, 12), ...table, ...chunks.map(({ body }) => body)]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

describe.skipIf(!canTrace())('a shadow repo that somebody has made reads and runs nothing outside (needs strace)', () => {
  test.each<[string, () => void]>([
    ['a multi-pack-index that names a pack elsewhere', () => {
      plant('objects/pack/multi-pack-index', strayingIndex());
      plant('refs/heads/extra', `${oid}\n`);
    }],
    ['grafts, a shallow file, replaced objects', () => {
      plant('info/grafts', `${git(['rev-parse', 'master-stat'], shadow)} ${oid}\n`);
      plant('shallow', `${oid}\n`);
      plant(`refs/replace/${git(['rev-parse', 'master-stat'], shadow)}`, `${oid}\n`);
    }],
    ['a commondir', () => plant('commondir', '../../secret/.git\n')],
    ['a gitdir, worktrees and modules', () => {
      plant('gitdir', '../../secret/.git\n');
      plant('worktrees/w/gitdir', '../../../../secret/.git\n');
      plant('worktrees/w/commondir', '../../../../secret/.git\n');
      plant('worktrees/w/HEAD', 'ref: refs/heads/main\n');
      plant('modules/m/config', '[core]\n\tworktree = ../../../../secret\n\tfsmonitor = trap\n');
    }],
    ['alternates of HTTP, and a list of packs', () => {
      plant('objects/info/http-alternates', '../../secret/.git/objects\n');
      plant('objects/info/packs', 'P ../../../../secret/.git/objects/pack/x.pack\n');
    }],
    ['includes and gc.* in its configuration, whatever the case and the form of their names', () => {
      const extra = [
        '[include]\n\tpath = ../../secret/.git/config',
        '[includeIf "gitdir:/"]\n\tpath = ../../secret/.git/config',
        '[INCLUDE "0x61"]\n\tPath = ../../secret/.git/config',
        '[gc]\n\trecentObjectsHook = trap\n\tauto = 1',
        '[gc "0x67"]\n\trecentObjectsHook = trap',
        '[Core]\n\tFsMonitor = trap\n\tsshCommand = trap\n\thooksPath = trap\n\tworktree = ../../secret',
        '[filter "x"]\n\tclean = trap\n\tprocess = trap',
        '[maintenance "gc"]\n\tenabled = true',
        '[alias]\n\tstatus = !trap',
      ];
      fs.appendFileSync(at('config'), `${extra.join('\n')}\n`);
      plant('info/attributes', '* filter=x\n');
      fs.writeFileSync(path.join(shadow, '.gitattributes'), '* filter=x\n');
    }],
    ['a configuration of a worktree', () => {
      plant('config.worktree', '[core]\n\tfsmonitor = trap\n\tworktree = ../../secret\n');
      fs.appendFileSync(at('config'), '[extensions]\n\tworktreeConfig = true\n');
    }],
    ['hooks', () => {
      for (const name of [
        'pre-commit',
        'post-commit',
        'reference-transaction',
        'post-index-change',
        'pre-auto-gc',
        'post-rewrite',
        'post-merge',
      ]) {
        plant(`hooks/${name}`, '#!/bin/sh\n: trap\n');
        fs.chmodSync(at(`hooks/${name}`), 0o755);
      }
    }],
    ['symbolic refs that lead out', () => {
      plant('refs/heads/away', 'ref: ../../secret/.git/HEAD\n');
      plant('HEAD', 'ref: refs/heads/../../../../secret/.git/refs/heads/main\n');
    }],
  ])('%s', (_, make) => {
    make();
    expect(openedOutside()).toEqual([]);
  }, 120_000);
});
