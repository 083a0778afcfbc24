// Brings a checkout to the state that tests need: dependencies installed, dist built. Quick if it is there already.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILD_INPUTS = ['src', 'package.json', 'tsconfig.json', 'bin', 'test/setup'];

/** Modification time in milliseconds; 0 for what does not exist. */
function modified(file) {
  return fs.statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The latest modification below `file`. Directories count: that is how a deleted file shows. */
function lastModifiedBelow(file) {
  const inside = fs.statSync(path.join(ROOT, file)).isDirectory() ? fs.readdirSync(path.join(ROOT, file), { recursive: true }) : [];
  return Math.max(modified(file), ...inside.map((entry) => modified(path.join(file, entry))));
}

function run(command, args) {
  // Progress goes to stderr, so that the output of what follows stays clean.
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', process.stderr, process.stderr] });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}

if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (modified('dist/cli/bundle.cjs') < Math.max(...BUILD_INPUTS.map(lastModifiedBelow))) {
  run(process.execPath, ['test/setup/build.mjs']);
}
