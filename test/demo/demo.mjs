// The main job on real directories, in a temporary directory: `npm run demo [-- directory]`.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/git-fso', import.meta.url));
const system = process.argv[2] ?? '/usr/share';
const top = mkdtempSync(join(tmpdir(), 'git-fso-demo-'));
const project = join(top, 'project');
const shadow = join(top, 'shadow');
const config = join(top, 'git-fso.yml');

const title = (text) => console.log(`\n\u001B[1m${text}\u001B[0m`);
const indent = (text) => text.replace(/^(?=.)/gm, '    ');

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function git(directory, ...args) {
  const identity = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, '-C', directory, ...args], { encoding: 'utf8' });
}

function fso(...args) {
  console.log(`$ git-fso ${args.map((arg) => arg.replace(top, '…')).join(' ')}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: top, encoding: 'utf8' });
  console.log(indent(`${stdout}${stderr}`.replaceAll(top, '…').trimEnd()));
  if (status !== 0 && status !== 3) throw new Error(`git-fso ${args.join(' ')} ended with status ${status}`);
}

/** Directories named <uuid>.fso below the shadow root. */
function shadowRepos(directory = shadow) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => (name.endsWith('.fso') ? [join(directory, name)] : shadowRepos(join(directory, name))))
    .sort();
}

function buildProject() {
  write(join(project, 'README.md'), '# Project\n');
  for (const day of ['2017-03-01', '2017-03-02']) {
    for (let image = 1; image <= 40; image += 1) {
      write(join(project, 'data/foo', day, `image-${image}.tif`), 'x'.repeat(1000 * image));
    }
  }
  write(join(project, 'data/foo/notes.txt'), 'first measurement\n');
  write(join(project, 'data/bar/analysis/run.py'), 'print("hello")\n');
  git(join(project, 'data/bar/analysis'), 'init', '-q');
  git(join(project, 'data/bar/analysis'), 'add', '-A');
  git(join(project, 'data/bar/analysis'), 'commit', '-qm', 'First');
  write(join(project, 'data2/raw/scan-1.dat'), 'scan\n'.repeat(500));
  write(join(project, 'data2/bar/README.md'), '# Bar\n');
  write(join(project, 'scratch/tmp.bin'), 'tmp\n');
}

function writeConfig() {
  const roots = [
    `  - path: ${project}
    patterns: |
      superrepo .
          enter data
           repo data/*
      superrepo data2
           repo data2/*
         ignore *
    initPolicy: |
      bundle-subdirs .
      ignore-subdirs data2
       enter-subdirs data/*
       enter-subdirs data2/*
    facets: [stat, sha, content]`,
  ];
  if (existsSync(system)) {
    roots.push(`  - path: ${system}
    patterns: |
      repo .
    initPolicy: |
      bundle-subdirs .
    facets: [stat]`);
  }
  writeFileSync(config, `shadow: ${shadow}\nroots:\n${roots.join('\n')}\n`);
}

try {
  buildProject();
  writeConfig();
  title('The configuration, with the patterns of NOE-18');
  console.log(indent(execFileSync('cat', [config], { encoding: 'utf8' }).replaceAll(top, '…').trimEnd()));

  title('1. First rescan: discovers, creates and records');
  fso('rescan', '--config', config);

  title('2. The shadow tree mirrors the real one; each <uuid>.fso is a plain Git repository');
  for (const repo of shadowRepos()) console.log(`    ${relative(top, repo)}`);

  title('3. Something changes');
  appendFileSync(join(project, 'data/foo/notes.txt'), 'second measurement\n');
  rmSync(join(project, 'data/foo/2017-03-01/image-7.tif'));
  write(join(project, 'data/foo/2017-03-03/image-1.tif'), 'new');
  git(join(project, 'data/bar/analysis'), 'commit', '-qm', 'Second', '--allow-empty');
  const foo = shadowRepos().find((repo) => repo.includes('/data/foo/'));
  const bar = shadowRepos().find((repo) => repo.includes('/data/bar/'));
  fso('-C', foo, 'status');

  title('4. Second rescan: records what changed, and nothing else');
  fso('rescan', '--config', config);

  title('5. What changed, told by Git');
  console.log(indent(git(foo, 'show', '--format=%s', '--stat', 'master-stat').trimEnd()));

  title('6. Records are text: a file, a nested Git repository, a summary of the whole tree');
  for (const [repo, path] of [[foo, 'master-sha:notes.txt'], [bar, 'master-stat:analysis'], [foo, 'master-stat:.nogtree']]) {
    console.log(`  ${path}\n${indent(git(repo, 'show', path).trimEnd())}`);
  }

  title('7. All repos');
  fso('list', '--config', config);

  title('8. Directories that nobody tracks: none, since a summary of scratch is in the superrepo');
  fso('discover', '--untracked', '--config', config);

  title('9. No file is recorded by two repos, and nothing else is wrong');
  fso('doctor', '--config', config);

  title('A third rescan finds nothing to do');
  fso('rescan', '--config', config);
} finally {
  rmSync(top, { recursive: true, force: true });
}
