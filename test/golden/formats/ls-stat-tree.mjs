import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { oidFromHex, oidToHex } from '../../../dist/git/objects/object-id.js';
import { ObjectReader } from '../../../dist/git/objects/object-reader.js';
import { ObjectWriter } from '../../../dist/git/objects/object-writer.js';
import { updateRef } from '../../../dist/git/refs/refs.js';
import { compareEntryNames } from '../../../dist/git/trees/tree-codec.js';
import { listStat } from '../../../dist/history/ls.js';
import { summarizeStat } from '../../../dist/history/summary.js';
import { bytesOfText, textOfBytes } from '../../../dist/util/byte-string.js';
import { FsoError } from '../../../dist/util/errors.js';

const BIN = path.resolve(import.meta.dirname, '../../../bin/git-fso');
const TREE_MODE = 0o40000;
const WHO = { name: 'A U Thor', email: 'author@example.com', seconds: 1_500_000_000, timezone: '+0000' };

function withRepository(use) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-golden-'));
  try {
    execFileSync('git', ['init', '-q', dir]);
    execFileSync('git', ['-C', dir, 'config', 'fso.realdir', path.join(dir, 'realdir')]);
    return use(dir, path.join(dir, '.git'));
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** `files` are `[path, mode, id]`, paths relative to the tree. */
function writeTree(writer, files) {
  const entries = new Map();
  const below = new Map();
  for (const [file, mode, oid] of files) {
    const slash = file.indexOf('/');
    const name = slash < 0 ? file : file.slice(0, slash);
    if (slash < 0) entries.set(name, { mode, name, oid });
    else below.set(name, [...(below.get(name) ?? []), [file.slice(slash + 1), mode, oid]]);
  }
  for (const [name, inside] of below) entries.set(name, { mode: TREE_MODE, name, oid: writeTree(writer, inside) });
  const isTree = (entry) => entry.mode === TREE_MODE;
  return writer.writeTree([...entries.values()].sort((a, b) => compareEntryNames(a.name, isTree(a), b.name, isTree(b))));
}

/** Puts the entries on master-stat; returns the tree. */
function record(gitDir, entries) {
  const writer = ObjectWriter.open(gitDir);
  const files = entries.map(({ mode, path: file, text, gitlink }) => {
    const oid = gitlink === undefined ? writer.writeBlob(Buffer.from(text)) : oidFromHex(gitlink);
    return [bytesOfText(file), Number.parseInt(mode, 8), oid];
  });
  const tree = writeTree(writer, files);
  const commit = writer.writeCommit({ tree, parents: [], author: WHO, committer: WHO, message: 'stat\n' });
  const guard = writer.finish();
  updateRef(gitDir, 'refs/heads/master-stat', { expected: null, next: commit, message: 'test', who: WHO });
  guard.release();
  return tree;
}

function rowsOf(reader, tree) {
  return [...listStat(reader, tree)].map(({ path: name, mode, mtime, size, dirs, files, links, others, symlink, gitlink }) => {
    const numbers = { mtime, size, dirs, files, links, others };
    for (const [key, value] of Object.entries(numbers)) numbers[key] = Number(value);
    return { path: textOfBytes(name), mode, ...numbers, symlink: textOfBytes(symlink), gitlink };
  });
}

/** What the command prints, with names as they are; compared as a whole, since they may contain newlines. */
function listing(dir) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'ls', '-z'], { cwd: dir, env: { ...process.env, TZ: 'UTC' } });
  if (status !== 0) throw new Error(`git-fso ls exited with ${status}: ${stderr}`);
  return stdout.toString().replaceAll('\0', '\n');
}

function expectSame(what, entries, expected, actual) {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(actual)];
  if (wanted !== got) throw new Error(`${what} of ${JSON.stringify(entries)}:\nexpected ${wanted}\ngot ${got}`);
}

function expectRefused(entries, expected, list) {
  try {
    list();
  } catch (error) {
    const place = expected.path ?? '';
    if (error instanceof FsoError && error.message.includes(place)) return;
    throw new Error(`${JSON.stringify(entries)}: expected an error that names ${place}, got ${error.message}`, { cause: error });
  }
  throw new Error(`${JSON.stringify(entries)}: expected an error: ${JSON.stringify(expected)}`);
}

function check({ entries, tree: expectedTree, rows, lines, summary, error }) {
  withRepository((dir, gitDir) => {
    const tree = record(gitDir, entries);
    if (expectedTree !== undefined) expectSame('the tree', entries, expectedTree, oidToHex(tree));
    const reader = ObjectReader.open(gitDir);
    try {
      if (summary !== undefined && summary !== null) expectSame('the summary', entries, summary, summarizeStat(reader, tree));
      if (error !== undefined && error !== null) {
        expectRefused(entries, error, () => rowsOf(reader, tree));
        return;
      }
      expectSame('the rows', entries, rows, rowsOf(reader, tree));
      expectSame('the listing', entries, lines.map((line) => `${line}\n`).join(''), listing(dir));
    } finally {
      reader.close();
    }
  });
}

/** `{title, entries, tree, rows, lines, summary}`; with `error` instead of rows and lines, the listing must fail. */
export const format = {
  name: 'ls-stat-tree',
  accepts: (relativeFile) => /(^|[^a-z])ls-stat-tree([^a-z]|$)/.test(relativeFile),
  *cases(json) {
    for (const entry of [json].flat()) yield { title: entry.title, run: () => check(entry) };
  },
};
