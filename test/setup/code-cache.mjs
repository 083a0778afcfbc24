// Writes what V8 compiles of a bundle of the command line, named on ours, while it does what is done most often; see bin/load-bundle.cjs.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const { codeCachePath, loadBundle } = createRequire(import.meta.url)('../../bin/load-bundle.cjs');
const [bundle] = process.argv.slice(2);
const { mode } = fs.statSync(bundle);

/** One repo with what functions that compare, sum up and hash need to see, and a configuration. */
function makeWorld(top) {
  const realdir = path.join(top, 'root/project');
  fs.mkdirSync(path.join(realdir, 'data/more'), { recursive: true });
  for (const name of ['README', 'data/a', 'data/b', 'data/more/c']) fs.writeFileSync(path.join(realdir, name), name);
  fs.symlinkSync('a', path.join(realdir, 'data/link'));
  fs.writeFileSync(path.join(realdir, '.gitignore'), '*.tmp\n');
  fs.mkdirSync(path.join(top, 'by-hand'));
  const config = path.join(top, 'git-fso.yml');
  fs.writeFileSync(config, `shadow: ${top}/shadow\nroots:\n  - { path: ${top}/root, naming: { rule: SubdirLevel, level: 1 } }\n`);
  return { realdir, config };
}

const top = fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-build-'));
try {
  const { realdir, config } = makeWorld(top);
  const { exports, codeCache } = loadBundle(bundle);
  const run = async (...args) => {
    const status = await exports.main(args);
    if (status !== 0) throw new Error(`git-fso ${args.join(' ')}: exit status ${status}`);
  };
  process.chdir(path.join(top, 'by-hand'));
  await run('init', '--observe', realdir);
  // Each twice, the first time with something to record.
  for (let round = 0; round < 2; round += 1) {
    for (const command of [['stat'], ['sha'], ['rescan', '--config', config]]) await run(...command);
  }
  fs.writeFileSync(codeCachePath(bundle), codeCache());
  fs.chmodSync(codeCachePath(bundle), mode);
} finally {
  process.chdir('/');
  fs.rmSync(top, { recursive: true, force: true });
}
