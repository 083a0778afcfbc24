// Builds dist: the library with its types (tsc), the CLI as few files (esbuild), the JSON schema of the configuration, the man page.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { licenseTexts } from './licenses.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');

// Packages in CommonJS that get into the bundle call `require` for Node's own modules.
const REQUIRE = "import { createRequire as createRequire_ } from 'node:module';\nconst require = createRequire_(import.meta.url);";

function compile(outDir) {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', outDir], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the sources do not compile');
}

/**
 * Start-up dominates short commands: separate modules take about four times as long as `node -e 0`, this 1.2 times.
 * What a command imports dynamically goes to files of its own, so that it costs nothing elsewhere.
 */
async function bundle(outDir, startedAt) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'bundle' },
      { in: 'src/realdir/hash-worker.ts', out: 'hash-worker' },
    ],
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: 'warning',
  });
  fs.writeFileSync(path.join(outDir, 'LICENSES.txt'), licenseTexts(ROOT, Object.keys(metafile.inputs)));
  // What is edited while the build runs must count as newer than its result.
  fs.utimesSync(path.join(outDir, 'bundle.js'), startedAt, startedAt);
}

async function writeSchema(outDir) {
  const { configJsonSchema } = await import(pathToFileURL(path.join(outDir, 'config/json-schema.js')).href);
  fs.writeFileSync(path.join(outDir, 'git-fso.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}

/** The man page, with which `git fso --help` works: npm installs it where man looks. */
function writeManPage(outDir) {
  const script = 'import(process.argv[1]).then(async ({ main }) => { process.exitCode = await main(["generate", "man"]); })';
  const args = ['-e', script, path.join(outDir, 'cli/bundle.js')];
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
  await writeSchema(outDir);
  // The bundle takes the place of the CLI's separate modules.
  fs.rmSync(path.join(outDir, 'cli'), { recursive: true, force: true });
  await bundle(path.join(outDir, 'cli'), startedAt);
  writeManPage(outDir);
  publish(outDir);
} catch (error) {
  console.error(`build failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  fs.rmSync(outDir, { recursive: true, force: true });
}
