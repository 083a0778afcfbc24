// What must hold when a soak is over.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { INNER_KEEPER } from './inner-mounts.mjs';
import { KEEPER, README } from './world.mjs';

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

/** The files that are recorded one by one. */
function filesBelow(directory, isWhole, prefix = '') {
  if (!fs.existsSync(directory) || isWhole(prefix.slice(0, -1))) return [];
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap(({ name }) => {
    if (/^\.(git|nog)/.test(name)) return [];
    const place = path.join(directory, name);
    const stat = fs.lstatSync(place, { bigint: true });
    if (stat.isDirectory()) return filesBelow(place, isWhole, `${prefix}${name}/`);
    return [{ path: prefix + name, name, size: stat.size, mtime: stat.mtimeNs / 1_000_000_000n, body: fs.readFileSync(place) }];
  });
}

const digest = (algorithm, body) => createHash(algorithm).update(body).digest('hex');

/** Whether a record of a branch is that of a file. */
const AGREES = {
  'master-stat': (record, { name, size, mtime }) => record === `name: "${name}"\nsize: ${size}\nmtime: ${mtime}\n`,
  'master-sha': (record, { body }) =>
    ['sha1', 'sha256'].every((algorithm) => record.includes(`${algorithm}: "${digest(algorithm, body)}"\n`)),
  'master-content': (record, { body }) => record === body.toString(),
};

const STUB = ['.gitignore', '.gitattributes', '.nogbundles'];

/** What find says of a directory tree, as a record has it. */
function sumsOf(directory) {
  const { stdout } = spawnSync('find', [directory, '-printf', '%y %s %D:%i\\n'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const lines = stdout.trimEnd().split('\n').map((line) => line.split(' '));
  const of = (types) => lines.filter(([type]) => types.includes(type)).length;
  const sizes = new Map(lines.filter(([type]) => type === 'f').map(([, size, inode]) => [inode, Number(size)]));
  const size = [...sizes.values()].reduce((sum, each) => sum + each, 0);
  return `dirs: ${of('d')}\nfiles: ${of('f')}\nlinks: ${of('l')}\nothers: ${of('pscb')}\nsize: ${size}\n`;
}

/** Says which sums are not true. */
export function falseTotals(repo, directory) {
  const summed = [...recordsOf(repo, 'master-stat')].filter(([, record]) => /^dirs: /m.test(record));
  return summed.flatMap(([name, record]) => {
    const place = name === '.nogtree' ? directory : path.join(directory, name);
    return fs.existsSync(place) && record.includes(sumsOf(place))
      ? []
      : [`the sums of ${name} are ${JSON.stringify(record)}, not ${JSON.stringify(sumsOf(place))}`];
  });
}

/** Says how the records of a repo differ from what is there; `isWhole` says of a path that one record stands for all below. */
export function differences(repo, directory, isWhole) {
  const wrong = [];
  const all = filesBelow(directory, isWhole);
  for (const [branch, agrees] of Object.entries(AGREES)) {
    const records = recordsOf(repo, branch);
    const files = branch === 'master-content' ? all.filter((file) => file.path === README) : all;
    const expected = new Set(files.map((file) => file.path));
    const unexpected = [...records.keys()].filter(
      (name) =>
        !expected.has(name) &&
        !STUB.includes(name) &&
        path.basename(name) !== '.nogtree' &&
        !(isWhole(name) && fs.existsSync(path.join(directory, name))),
    );
    for (const name of unexpected) wrong.push(`${branch}: ${name} is recorded, but not there`);
    for (const file of files) {
      const record = records.get(file.path);
      if (record === undefined) wrong.push(`${branch}: ${file.path} is not recorded`);
      else if (!agrees(record, file)) wrong.push(`${branch}: ${file.path} is recorded as ${JSON.stringify(record)}`);
    }
  }
  return wrong;
}

/** Commits that record a repo as something that it never was. */
export function falseDeletions(repo) {
  const branches = Object.keys(AGREES).filter((branch) => branch !== 'master-content');
  return branches.flatMap((branch) =>
    git(repo, ['log', '--format=%h %cI', '--diff-filter=D', branch, '--', KEEPER, INNER_KEEPER])
      .split('\n')
      .filter((line) => line !== ''),
  );
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
