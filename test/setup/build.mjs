// Builds dist: the library with its types (tsc), the CLI as one file (esbuild) with its compiled code, the JSON schema of the
// configuration, the man page.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { licenseTexts } from './licenses.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');

function compile(outDir) {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', outDir], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the sources do not compile');
}

const BUNDLE_OPTIONS = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20.19', metafile: true, logLevel: 'warning' };

/** Programs of worker threads, which are looked for beside the bundle. */
const THREAD_PROGRAMS = ['src/realdir/hash/hash-worker.ts', 'src/facets/threads/walk-worker.ts'];

/** What is a module for TypeScript and none in the bundle finds files beside it all the same. */
const ITS_PLACE = {
  define: { 'import.meta.url': 'itsPlace' },
  banner: { js: "const itsPlace = require('node:url').pathToFileURL(__filename).href;" },
};

/** What is shorter is read faster; names and lines stay, so that an error still tells where it was. */
const SHORT = { minifyWhitespace: true, lineLimit: 140 };

/**
 * Start-up dominates short commands: separate modules take about four times as long as `node -e 0`, this 1.5 times, with compiled
 * code beside it. What a command imports dynamically is in the same file, and runs when it is asked for.
 */
async function bundle(outDir, startedAt) {
  const file = path.join(outDir, 'bundle.cjs');
  const parts = [
    await build({ ...BUNDLE_OPTIONS, ...ITS_PLACE, entryPoints: ['src/cli/main.ts'], outfile: file, format: 'cjs', ...SHORT }),
    await build({ ...BUNDLE_OPTIONS, entryPoints: THREAD_PROGRAMS, outdir: outDir, entryNames: '[name]', format: 'esm' }),
  ];
  fs.writeFileSync(file, asAscii(fs.readFileSync(file, 'utf8')));
  fs.writeFileSync(path.join(outDir, 'LICENSES.txt'), licenseTexts(ROOT, parts.flatMap(({ metafile }) => Object.keys(metafile.inputs))));
  writeCodeCache(file);
  // What is edited while the build runs must count as newer than its result.
  fs.utimesSync(file, startedAt, startedAt);
}

/** Without characters beyond ASCII: esbuild leaves those that it finds in regular expressions, where an escape is the same. */
function asAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Style and script of reports lie beside the program that reads them: the bundle, and the module of the library. */
function copyPageParts(outDir) {
  const page = path.join(ROOT, 'src/report/page');
  for (const name of ['report-style.css', 'report-script.js']) {
    for (const place of ['cli', 'report/page']) fs.copyFileSync(path.join(page, name), path.join(outDir, place, name));
  }
}

function writeCodeCache(file) {
  const args = [path.join(ROOT, 'bin/compile.cjs'), file];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the command line cannot be compiled ahead');
}

async function writeSchemas(outDir) {
  const { configJsonSchema } = await import(pathToFileURL(path.join(outDir, 'config/schema/json-schema.js')).href);
  const { outputJsonSchema } = await import(pathToFileURL(path.join(outDir, 'cli/schema/json-schema.js')).href);
  const schemas = { 'git-fso.schema.json': configJsonSchema(), 'git-fso-output.schema.json': outputJsonSchema() };
  for (const [name, schema] of Object.entries(schemas)) fs.writeFileSync(path.join(outDir, name), `${JSON.stringify(schema, null, 2)}\n`);
}

/** The man page, with which `git fso --help` works: npm installs it where man looks. */
function writeManPage(outDir) {
  const script = 'require(process.argv[1]).main(["generate", "man"]).then((status) => { process.exitCode = status; })';
  const args = ['-e', script, path.join(outDir, 'cli/bundle.cjs')];
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error('the man page cannot be made');
  fs.mkdirSync(path.join(outDir, 'man'));
  fs.writeFileSync(path.join(outDir, 'man/git-fso.1'), stdout);
}

/** Replaces dist in one step, so that nothing that runs meanwhile sees half of it. */
function publish(outDir) {
  const dist = path.join(ROOT, 'dist');
  const old = `${outDir}-old`;
  if (fs.existsSync(dist)) fs.renameSync(dist, old);
  fs.renameSync(outDir, dist);
  fs.rmSync(old, { recursive: true, force: true });
}

const startedAt = new Date();
const outDir = fs.mkdtempSync(path.join(ROOT, '.build-'));
try {
  fs.chmodSync(outDir, 0o755);
  compile(outDir);
  await writeSchemas(outDir);
  // The bundle takes the place of the CLI's separate modules.
  fs.rmSync(path.join(outDir, 'cli'), { recursive: true, force: true });
  await bundle(path.join(outDir, 'cli'), startedAt);
  copyPageParts(outDir);
  writeManPage(outDir);
  publish(outDir);
} catch (error) {
  console.error(`build failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  fs.rmSync(outDir, { recursive: true, force: true });
}
