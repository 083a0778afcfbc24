// How long it takes to write many small objects: our pack writer, `git index-pack --stdin` on the
// same pack, and isomorphic-git's writeBlob. Usage: node test/bench/pack-write.mjs [objects]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import git from 'isomorphic-git';

const count = Number(process.argv[2] ?? 100_000);
/** So slow that a sample has to do. */
const ISOMORPHIC_COUNT = 500;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-bench-'));
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));

const record = (i) => `name: "file-${i}.txt"\nsize: ${(i * 7919) % 100_000}\nmtime: ${1_500_000_000 + i}\n`;

function newRepository(name) {
  const gitDir = path.join(dir, name, '.git');
  execFileSync('git', ['init', '-q', path.join(dir, name)]);
  return gitDir;
}

function report(name, objects, milliseconds, cpu, bytes) {
  const perObject = (value) => `${((value * 1000) / objects).toFixed(1)} us`;
  const size = bytes === undefined ? '' : `  ${(bytes / objects).toFixed(0)} bytes`;
  console.log(
    `${name.padEnd(28)} ${String(objects).padStart(8)} objects  wall ${perObject(milliseconds)}  cpu ${perObject(cpu)}${size}  (each)`,
  );
}

async function timed(action) {
  const usage = process.cpuUsage();
  const start = performance.now();
  const result = await action();
  const { user, system } = process.cpuUsage(usage);
  return { result, wall: performance.now() - start, cpu: (user + system) / 1000 };
}

async function ours() {
  const outfile = path.join(dir, 'object-writer.mjs');
  const entry = path.resolve(import.meta.dirname, '../../src/git/objects/object-writer.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile });
  const { ObjectWriter } = await import(pathToFileURL(outfile).href);
  const gitDir = newRepository('ours');
  const { wall, cpu } = await timed(() => {
    const writer = ObjectWriter.open(gitDir);
    for (let i = 0; i < count; i++) writer.writeBlob(record(i));
    writer.finish().release();
  });
  const packDir = path.join(gitDir, 'objects/pack');
  const pack = path.join(packDir, fs.readdirSync(packDir).find((file) => file.endsWith('.pack')));
  report('git-fso pack writer', count, wall, cpu, fs.statSync(pack).size);
  return pack;
}

function indexPack(pack) {
  const gitDir = newRepository('index-pack');
  const input = fs.openSync(pack);
  const start = performance.now();
  execFileSync('git', ['--git-dir', gitDir, 'index-pack', '--stdin'], { stdio: [input, 'ignore', 'inherit'] });
  fs.closeSync(input);
  console.log(
    `${'git index-pack --stdin'.padEnd(28)} ${String(count).padStart(8)} objects  wall ` +
      `${(((performance.now() - start) * 1000) / count).toFixed(1)} us (each; indexing alone)`,
  );
}

async function isomorphic() {
  const gitdir = newRepository('isomorphic');
  const { wall, cpu } = await timed(async () => {
    for (let i = 0; i < ISOMORPHIC_COUNT; i++) await git.writeBlob({ fs, gitdir, blob: Buffer.from(record(i)) });
  });
  report('isomorphic-git writeBlob', ISOMORPHIC_COUNT, wall, cpu);
}

const pack = await ours();
indexPack(pack);
await isomorphic();
console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
