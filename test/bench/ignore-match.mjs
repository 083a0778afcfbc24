// Compares the ignore rules of git-fso with the library `ignore`: time and memory for many paths,
// and patterns that take a backtracking matcher exponential time. Run it on a build:
// `node test/bench/ignore-match.mjs [number of paths]`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import ignore from 'ignore';
import { IgnoreScope } from '../../dist/realdir/ignore/ignore-rules.js';

const PATHS = Number(process.argv[2] ?? 100_000);
const FILES_PER_DIRECTORY = 50;
const EXTENSIONS = ['txt', 'o', 'csv', 'log', 'dat', 'py', 'pyc', 'tif'];
const RULES = [
  '*.o',
  '*.pyc',
  '*.log',
  '.DS_Store',
  'Thumbs.db',
  'node_modules/',
  'build/',
  '/tmp/',
  '/data/raw/',
  '*~',
  'core.[0-9]*',
  'doc/**/*.pdf',
  '!keep.log',
].join('\n');

const HOSTILE = [
  ['stars in a name', `${'*a'.repeat(16)}b`, 'a'.repeat(200)],
  ['stars across directories', `${'/**/a'.repeat(12)}b`, `${'a/'.repeat(60)}a`],
];
const TIME_LIMIT_MS = 5000;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

/** Fresh strings for each measurement: what was hashed before is looked up faster. */
function makeDirectories() {
  return Array.from({ length: PATHS / FILES_PER_DIRECTORY }, (_, d) => {
    const names = [`project-${d % 40}`, `run-${d}`, 'results'];
    const files = Array.from({ length: FILES_PER_DIRECTORY }, (__, i) =>
      Buffer.from(`sample-${d}-${i}.${EXTENSIONS[i % 8]}`).toString('latin1'),
    );
    return { names, files };
  });
}

function askOurs(directories) {
  const root = IgnoreScope.root(Buffer.from(RULES), null);
  let ignored = 0;
  for (const { names, files } of directories) {
    let scope = root;
    for (const name of names) scope = scope.enter(name, null);
    for (const file of files) if (scope.ignores(file, false)) ignored++;
  }
  return { matcher: root, ignored };
}

function askLibrary(directories) {
  const matcher = ignore({ ignorecase: false }).add(RULES);
  let ignored = 0;
  for (const { names, files } of directories) {
    const directory = names.join('/');
    for (const file of files) if (matcher.ignores(`${directory}/${file}`)) ignored++;
  }
  return { matcher, ignored };
}

function measure(name, ask) {
  ask(makeDirectories());
  const directories = makeDirectories();
  gc();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const result = ask(directories);
  const nanoseconds = ((performance.now() - start) * 1e6) / PATHS;
  gc();
  const mebibytes = Math.max(0, process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(`${name}: ${nanoseconds.toFixed(0)} ns a path, keeps ${mebibytes.toFixed(1)} MiB, ignores ${result.ignored} of ${PATHS}`);
  // The matcher must live until here, so that what it keeps is counted.
  return result.matcher;
}

/** In a process of its own, since nothing else ends a regular expression. */
function measureHostile(name, code) {
  const start = performance.now();
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: path.resolve(import.meta.dirname, '../..'), timeout: TIME_LIMIT_MS, stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name}: ${signal === null ? 'done' : 'stopped'} after ${seconds} s, the start of Node included`);
}

measure('git-fso', askOurs);
measure('ignore', askLibrary);
for (const [kind, pattern, target] of HOSTILE) {
  measureHostile(`git-fso, ${kind}`, `
    import { IgnoreScope } from './dist/realdir/ignore/ignore-rules.js';
    let scope = IgnoreScope.root(Buffer.from('${pattern}'), null);
    const names = '${target}'.split('/');
    const name = names.pop();
    for (const directory of names) scope = scope.enter(directory, null);
    scope.ignores(name, false);
  `);
  measureHostile(`ignore, ${kind}`, `
    import ignore from 'ignore';
    ignore().add('${pattern}').ignores('${target}');
  `);
}
