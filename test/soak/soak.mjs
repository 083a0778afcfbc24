// Has git-fso watch changing directories for many days, in time that runs fast, while everything goes wrong that may:
// daemons are killed and replaced, roots unmounted, the disk of the shadow root filled. Then all must be recorded as it is.
//
//   node test/soak/soak.mjs [--quick] [--seed <n>] [--repos <n>] [--days <n>] [--keep]
//
// Filesystems come and go in a mount namespace, which needs root; else that part is skipped.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LeadingClock } from './clock.mjs';
import { Doubles } from './doubles.mjs';
import { Operators } from './operators.mjs';
import { report } from './report.mjs';
import { randomFrom, World } from './world.mjs';

const DAY_MS = 86_400_000;
const TICK_MS = 100;
const CHANGES_PER_TICK = 2;
const IN_NAMESPACE = 'GIT_FSO_SOAK_IN_NAMESPACE';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    repos: { type: 'string' },
    days: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

/** How many repos, for how many days, and how many of these seconds are one real one. */
const SIZES = options.quick
  ? { repos: 16, roots: 4, days: 2.5, factor: 14_000, settleDays: 4.6, diskSize: '96m', pace: 0.25 }
  : { repos: 200, roots: 8, days: 30, factor: 3000, settleDays: 4.6, diskSize: '1g', pace: 1 };
if (options.repos !== undefined) SIZES.repos = Number(options.repos);
if (options.days !== undefined) SIZES.days = Number(options.days);
/** In the last third nobody kills the daemon: its memory must not grow. */
const CALM_FROM = 2 / 3;

/** Runs this program again in a mount namespace of its own, where that is possible. */
function enterNamespace() {
  if (process.env[IN_NAMESPACE] !== undefined) return null;
  const unshare = ['--mount', '--propagation', 'private'];
  const probe = spawnSync('unshare', [...unshare, 'sh', '-c', 'mount -t tmpfs probe "$1" && umount "$1"', 'sh', os.tmpdir()], {
    encoding: 'utf8',
  });
  if (probe.status !== 0) {
    console.log(`skipped: unmounting roots, and a full disk (needs root: ${probe.error?.message ?? probe.stderr.trim()})`);
    return null;
  }
  const { status } = spawnSync('unshare', [...unshare, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [IN_NAMESPACE]: '1' },
  });
  return status ?? 1;
}

function writeConfig(world, file, hookLog) {
  const hook = `test ! -e ${hookLog}.broken && cat >>${hookLog}`;
  const rootOf = (root, index) => [
    `  - path: ${world.realdir(root)}`,
    '    facets: [stat, sha, content]',
    '    schedule: { stat: "every 1d", sha: "daily 02:00", content: "Sun,Wed 04:30" }',
    `    jitter: ${index}h`,
    '    shaLimit: { bytes: 16k }',
    `    jobs: ${index === 0 ? 1 : 2}`,
    ...(world.bundles.has(root) ? ['    initPolicy: ["bundle-subdirs *"]'] : []),
    `    onChange: [{ shell: "${hook}" }]`,
  ];
  const head = [
    `shadow: ${world.shadow}`,
    'shadowMode: "0755"',
    'jobs: 4',
    'jobsPerDevice: 3',
    'timeZone: Europe/Berlin',
    'gc: { packs: 20 }',
    `metrics: { textfile: ${file}.prom }`,
    'roots:',
  ];
  fs.writeFileSync(file, [...head, ...world.roots.flatMap(rootOf), ''].join('\n'));
}

/** What goes wrong, every how many seconds on average, and for how many at most. */
function mishaps(world, operators, doubles, hookLog) {
  const broken = `${hookLog}.broken`;
  return [
    { every: 7, isCalm: false, begin: () => operators.end('SIGKILL') },
    { every: 9, isCalm: false, begin: () => operators.end('SIGTERM') },
    { every: 12, isCalm: true, begin: () => operators.reload() },
    { every: 12, isCalm: true, begin: () => operators.runDue() },
    { every: 25, isCalm: true, begin: () => operators.startSecond() },
    { every: 30, isCalm: true, begin: () => operators.clearErrors() },
    { every: 20, isCalm: true, lasts: 2, begin: () => fs.writeFileSync(broken, ''), end: () => fs.rmSync(broken, { force: true }) },
    { every: 15, isCalm: true, lasts: 2, begin: () => doubles.make(), end: () => doubles.remove() },
    { every: 6, isCalm: true, begin: () => operators.look() },
    ...(world.canMount
      ? [
          { every: 10, isCalm: true, lasts: 2, begin: () => world.inner.unmountOne(), end: () => world.inner.mountAll() },
          { every: 20, isCalm: true, lasts: 2, begin: () => world.fillDisk(), end: () => world.freeDisk() },
          ...world.roots.map((root) => ({
            every: 8 * world.roots.length,
            isCalm: true,
            lasts: 4,
            begin: () => world.unmount(root),
            end: () => world.mount(root),
          })),
          ...world.roots.map((root) => ({
            every: 8 * world.roots.length,
            isCalm: true,
            lasts: 4,
            begin: () => world.unmountProjects(root),
            end: () => world.mountProjects(root),
          })),
        ]
      : []),
  ];
}

const secondsSince = (time) => Math.round((Date.now() - time) / 1000);

async function main() {
  const started = Date.now();
  const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'git-fso-soak-')));
  // Others look on.
  fs.chmodSync(top, 0o755);
  const random = randomFrom(Number(options.seed));
  const world = new World({ top, ...SIZES, random, canMount: process.env[IN_NAMESPACE] !== undefined });
  const [config, log, hookLog] = ['git-fso.yml', 'log.jsonl', 'hooks.jsonl'].map((name) => path.join(top, name));
  fs.writeFileSync(log, '');
  writeConfig(world, config, hookLog);
  const clock = new LeadingClock(path.join(top, 'clock'), started, SIZES.factor);
  const env = { PATH: process.env.PATH, HOME: top, TZ: 'UTC', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' };
  const disk = { isFull: () => world.isFull, fullDisks: () => world.fullDisks };
  const operators = new Operators({ config, log, clockFile: clock.file, env, ...disk });
  const day = () => (clock.now() - started) / DAY_MS;
  console.log(`${SIZES.repos} repos, ${SIZES.days} days, seed ${options.seed}, in ${top}`);

  const doubles = new Doubles(world);
  const all = mishaps(world, operators, doubles, hookLog);
  // In time that runs fast: where that stands still, nothing goes wrong until the daemon has caught up.
  const soon = (seconds) => clock.now() + (0.3 + 1.4 * random()) * seconds * SIZES.pace * 1000 * SIZES.factor;
  operators.keepDaemon();
  let told = 0;
  while (day() < SIZES.days) {
    const isCalm = day() >= SIZES.days * CALM_FROM;
    clock.adjust();
    operators.keepDaemon();
    if (clock.factor > 0) for (let count = 0; count < CHANGES_PER_TICK; count += 1) world.change();
    for (const mishap of all) {
      const { every, lasts, isCalm: inCalm } = mishap;
      if (mishap.until !== undefined) {
        if (Date.now() < mishap.until) continue;
        mishap.end();
        mishap.until = undefined;
      } else if ((inCalm || !isCalm) && clock.now() >= (mishap.next ??= soon(every))) {
        mishap.next = soon(every);
        mishap.begin();
        if (lasts !== undefined) mishap.until = Date.now() + random() * lasts * 1000;
      }
    }
    if (!options.quick && Math.floor(day()) > told) {
      told = Math.floor(day());
      const counts = { ...operators.counts, unmounts: world.unmounts, fullDisks: world.fullDisks };
      console.log(`day ${told} after ${secondsSince(started)} s: ${JSON.stringify(counts)}`);
    }
    await setTimeout(TICK_MS);
  }

  for (const mishap of all) mishap.end?.();
  world.restore();
  // What has failed waits for up to a day; sums go on where they stopped once a day.
  while (day() < SIZES.days + SIZES.settleDays) {
    clock.adjust();
    await setTimeout(TICK_MS);
  }
  // Started anew in the calm only where the disk was too full for it to begin.
  const lastDaemon = operators.daemon;
  await operators.stop();
  const failures = report({
    world,
    operators,
    doubles,
    log,
    hookLog,
    config,
    env,
    lastDaemon,
    simulatedDays: day(),
    seconds: secondsSince(started),
    stoodStill: clock.stoodStill / 1000,
  });
  if (options.keep || failures.length > 0) keep(world, top);
  else remove(world, top);
  return failures.length === 0 ? 0 : 1;
}

/** What is on filesystems of this namespace goes away with it. */
function keep(world, top) {
  if (world.canMount) fs.cpSync(world.shadow, path.join(top, 'shadow-kept'), { recursive: true, preserveTimestamps: true });
  console.log(`kept: ${top}`);
}

function remove(world, top) {
  if (world.canMount)
    for (const place of [world.shadow, world.projectDisk, world.inner.disk, ...world.roots.map((root) => world.realdir(root))])
      spawnSync('umount', ['-l', place]);
  fs.rmSync(top, { recursive: true, force: true });
}

process.exitCode = enterNamespace() ?? (await main());
