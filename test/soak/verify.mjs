// What must hold when a soak is over.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { KEEPER } from './world.mjs';

function git(repo, args, input) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: repo, input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`git ${args.join(' ')} in ${repo}: ${stderr}`);
  return stdout.toString();
}

/** The records of a branch, by path. */
function recordsOf(repo, branch) {
  const entries = git(repo, ['ls-tree', '-r', '-z', branch]).split('\0').filter((entry) => entry !== '');
  const oids = entries.map((entry) => entry.slice(12, 52));
  const output = git(repo, ['cat-file', '--batch'], `${oids.join('\n')}\n`);
  const records = new Map();
  let at = 0;
  for (const entry of entries) {
    const end = output.indexOf('\n', at);
    const size = Number(output.slice(at, end).split(' ')[2]);
    records.set(entry.slice(53), output.slice(end + 1, end + 1 + size));
    at = end + size + 2;
  }
  return records;
}

function filesBelow(directory, prefix = '') {
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap(({ name }) => {
    const place = path.join(directory, name);
    const stat = fs.lstatSync(place, { bigint: true });
    if (stat.isDirectory()) return filesBelow(place, `${prefix}${name}/`);
    return [{ path: prefix + name, name, size: stat.size, mtime: stat.mtimeNs / 1_000_000_000n, place }];
  });
}

const STUB = ['.gitignore', '.gitattributes', '.nogbundles'];
const isRecord = (name) => !STUB.includes(name) && path.basename(name) !== '.nogtree';

/** Says how the records of a repo differ from what is there. */
export function differences(repo, directory) {
  const wrong = [];
  const files = filesBelow(directory);
  for (const [branch, textOf] of [
    ['master-stat', ({ name, size, mtime }) => `name: "${name}"\nsize: ${size}\nmtime: ${mtime}\n`],
    ['master-sha', ({ name, place }) => {
      const body = fs.readFileSync(place);
      const digest = (algorithm) => createHash(algorithm).update(body).digest('hex');
      return `name: "${name}"\nsize: ${body.length}\nsha1: "${digest('sha1')}"\nsha256: "${digest('sha256')}"\n`;
    }],
  ]) {
    const records = recordsOf(repo, branch);
    const names = [...records.keys()].filter(isRecord).sort();
    const expected = files.map((file) => file.path).sort();
    if (JSON.stringify(names) !== JSON.stringify(expected)) {
      wrong.push(`${branch}: has ${names.filter((name) => !expected.includes(name)).join(' ') || 'nothing'} too many, lacks ${expected.filter((name) => !names.includes(name)).join(' ') || 'nothing'}`);
      continue;
    }
    for (const file of files) {
      const size = branch === 'master-sha' ? undefined : 0;
      const record = records.get(file.path);
      const text = textOf(file);
      const isSame = size === undefined ? sameSums(record, text) : record === text;
      if (!isSame) wrong.push(`${branch}: ${file.path}: ${JSON.stringify(record)}, expected ${JSON.stringify(text)}`);
    }
  }
  return wrong;
}

/** The record of checksums need not have the lines in this order. */
function sameSums(record, text) {
  return text.split('\n').filter((line) => line.startsWith('sha')).every((line) => record.includes(line));
}

/** Commits that record a repo as something that it never was. */
export function falseDeletions(repo) {
  const text = git(repo, ['log', '--format=%H %cI', '--diff-filter=D', 'master-stat', '--', KEEPER]);
  return text.split('\n').filter((line) => line !== '');
}

/** Repos that two jobs worked on at the same time, from the log of all daemons. */
export function doubleRuns(notes) {
  const open = new Map();
  const wrong = [];
  for (const { type, pid, repo, at } of notes) {
    if (type === 'killed') {
      for (const [each, job] of open) if (job.pid === pid) open.delete(each);
    } else if (type === 'start') {
      const job = open.get(repo);
      if (job !== undefined && job.pid !== pid) wrong.push(`${repo}: ${pid} began at ${at}, while ${job.pid} was at it since ${job.at}`);
      if (job === undefined) open.set(repo, { pid, at });
    } else if (type === 'end') {
      open.delete(repo);
    }
  }
  return wrong;
}

/** Commits of facets that the hook was never told. */
export function untold(repo, facets, hookLog) {
  const told = new Set(hookLog.filter(({ shadow }) => shadow === repo).map(({ facet, new: commit }) => `${facet} ${commit}`));
  const stub = git(repo, ['rev-parse', 'master-stub']).trim();
  return facets.flatMap((facet) => {
    const head = git(repo, ['rev-parse', `master-${facet}`]).trim();
    return head === stub || told.has(`${facet} ${head}`) ? [] : [`${facet} ${head}`];
  });
}
