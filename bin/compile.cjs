// Compiles the command line ahead for the Node that runs this: does what is done most often, and keeps what V8 compiled of it in a file
// beside the bundle (see load-bundle.cjs). The build does so for its own Node, npm for another one when it installs the package, if it may.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { codeCachePath, loadBundle } = require('./load-bundle.cjs');

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

/** What is done for each purpose of compiled code, twice, the first time with something to record. */
const COMMANDS = {
  stat: () => [['stat']],
  all: (config) => [['stat'], ['sha'], ['rescan', '--config', config]],
};

/** Does in a new directory `top` what is done most often. */
async function doWork(main, purpose, top) {
  const { realdir, config } = makeWorld(top);
  const run = async (...args) => {
    const status = await main(args);
    if (status !== 0) throw new Error(`git-fso ${args.join(' ')}: exit status ${status}`);
  };
  // That of this machine, which may be wrong, is not to be read, and none makes the least code for `stat`.
  process.env.GIT_FSO_CONFIG = path.join(top, 'none.yml');
  process.chdir(path.join(top, 'by-hand'));
  await run('init', '--observe', realdir);
  for (let round = 0; round < 2; round += 1) {
    for (const command of COMMANDS[purpose](config)) await run(...command);
  }
}

/** In one step, so that nothing that starts meanwhile reads a part; as open as the bundle, whatever the umask. */
function keep(bundle, file, code) {
  const partial = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(partial, code, { flag: 'wx' });
    fs.chmodSync(partial, fs.statSync(bundle).mode);
    fs.renameSync(partial, file);
  } finally {
    fs.rmSync(partial, { force: true });
  }
}

/** @param {string} bundle absolute path of the command line */
async function compile(bundle, purpose) {
  const top = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'git-fso-compile-'));
  const { write } = process.stdout;
  process.stdout.write = (_text, ...rest) => {
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  try {
    const { exports: loaded, codeCache } = loadBundle(bundle, purpose);
    await doWork(loaded.main, purpose, top);
    keep(bundle, codeCachePath(bundle, purpose), codeCache());
    process.exitCode = 0;
  } finally {
    process.stdout.write = write;
    process.chdir('/');
    fs.rmSync(top, { recursive: true, force: true });
  }
}

const [given, purpose] = process.argv.slice(2);
const bundle = path.resolve(given ?? path.join(__dirname, '../dist/cli/bundle.cjs'));
if (purpose !== undefined) {
  // What ends without a result has failed.
  process.exitCode = 1;
  compile(bundle, purpose).catch((error) => {
    console.error(`git-fso is not compiled ahead for Node ${process.version}, so it starts more slowly: ${error.message}`);
  });
} else if (fs.existsSync(bundle)) {
  // In a checkout npm runs this before anything is built. Each purpose has a process of its own: V8 would keep what others compiled.
  const runs = Object.keys(COMMANDS).map((each) => spawnSync(process.execPath, [__filename, bundle, each], { stdio: 'inherit' }));
  if (runs.some(({ status }) => status !== 0)) process.exitCode = 1;
}
