// Compares the ignore rules of git-fso with the library `ignore`: time and memory for many paths,
// and a pattern that takes a backtracking matcher exponential time. Run it on a build:
// `node test/bench/ignore-match.mjs [number of paths]`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import ignore from 'ignore';
import { IgnoreScope } from '../../dist/realdir/ignore-rules.js';

const PATHS = Number(process.argv[2] ?? 100_000);
const FILES_PER_DIRECTORY = 50;
const RULES = ['*.o', '*.pyc', '*.log', '.DS_Store', 'Thumbs.db', 'node_modules/', 'build/', '/tmp/', '/data/raw/', '*~', 'core.[0-9]*', 'doc/**/*.pdf', '!keep.log'].join('\n');
const HOSTILE = `${'*a'.repeat(16)}b`;
const HOSTILE_NAME = 'a'.repeat(200);
const TIME_LIMIT_MS = 5000;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

function* directories() {
  const extensions = ['txt', 'o', 'csv', 'log', 'dat', 'py', 'pyc', 'tif'];
  for (let d = 0; d * FILES_PER_DIRECTORY < PATHS; d++) {
    const names = Array.from({ length: FILES_PER_DIRECTORY }, (_, i) => `sample-${d}-${i}.${extensions[i % extensions.length]}`);
    yield { names: [`project-${d % 40}`, `run-${d}`, 'results'], files: names };
  }
}

function askOurs() {
  const root = IgnoreScope.root(Buffer.from(RULES), null);
  let ignored = 0;
  for (const { names, files } of directories()) {
    let scope = root;
    for (const name of names) scope = scope.enter(name, null);
    for (const file of files) if (scope.ignores(file, false)) ignored++;
  }
  return { ignored, kept: root };
}

function askLibrary() {
  const matcher = ignore({ ignorecase: false }).add(RULES);
  let ignored = 0;
  for (const { names, files } of directories()) {
    const directory = names.join('/');
    for (const file of files) if (matcher.ignores(`${directory}/${file}`)) ignored++;
  }
  return { ignored, kept: matcher };
}

function measure(name, ask) {
  ask();
  gc();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const { ignored, kept } = ask();
  const milliseconds = performance.now() - start;
  gc();
  const kilobytes = (process.memoryUsage().heapUsed - before) / 1024;
  console.log(`${name}: ${milliseconds.toFixed(0)} ms, ${((milliseconds * 1e6) / PATHS).toFixed(0)} ns a path, ` +
    `keeps ${kilobytes.toFixed(0)} KiB, ignores ${ignored} of ${PATHS}${kept ? '' : '.'}`);
}

function measureHostile(name, code) {
  const start = performance.now();
  const { signal, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: path.resolve(import.meta.dirname, '../..'), timeout: TIME_LIMIT_MS, stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const result = signal === null ? `ended after ${seconds} s (with the start of Node), status ${status}` : `stopped after ${seconds} s`;
  console.log(`hostile pattern, ${name}: ${result}`);
}

measure('git-fso', askOurs);
measure('ignore', askLibrary);
measureHostile('git-fso', `
  import { IgnoreScope } from './dist/realdir/ignore-rules.js';
  IgnoreScope.root(Buffer.from('${HOSTILE}'), null).ignores('${HOSTILE_NAME}', false);
`);
measureHostile('ignore', `
  import ignore from 'ignore';
  ignore().add('${HOSTILE}').ignores('${HOSTILE_NAME}');
`);
