// Looks at everything that a soak has left behind, and says what it was and what is wrong with it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { nextDue, parseSchedule } from '../../dist/rescan/schedule/schedule.js';
import { doubleRuns, jobsOf, memoryOf, mostAtOnce, needlessRuns } from './history.mjs';
import { shadowsOf } from './shadows.mjs';
import { differences, falseDeletions, falseTotals, untold } from './verify.mjs';

const BIN = path.resolve(import.meta.dirname, '../../bin/git-fso');
const HOUR_MS = 3_600_000;
const FACETS = ['stat', 'sha', 'content'];
const SCHEDULES = { stat: 'every 1d', sha: 'daily 02:00', content: 'Sun,Wed 04:30' };

/** What a daemon may grow in a third of a soak: ten percent, and what buffers take. */
const isFlat = ([before, after], slackMb) => after < before * 1.1 + slackMb;

function shadowOf(world, name) {
  const repos = shadowsOf(world, name);
  return { directory: repos[0] ?? path.join(world.shadow, world.realdir(name), 'none'), count: repos.length };
}

function fso(env, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { env, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

const readLines = (file) =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];

/** What is wrong with one shadow repo; `tally` counts what is not. */
function examine(world, name, { env, hookLines, tally }) {
  const { directory, count } = shadowOf(world, name);
  // A realdir may be gone before it was ever seen.
  if (count === 0 && world.gone.has(name)) return [];
  if (count !== 1) return [`${count} shadow repos`];
  const isWhole = (at) => world.isWhole(name, at);
  const wrong = [...differences(directory, world.realdir(name), isWhole), ...falseTotals(directory, world.realdir(name))];
  if (!world.gone.has(name)) wrong.push(...falseDeletions(directory).map((commit) => `was recorded as deleted: ${commit}`));
  wrong.push(...untold(directory, FACETS, hookLines).map((head) => `the hook was not told of ${head}`));
  const check = () => {
    const { status, text } = fso(env, ['-C', directory, 'check']);
    if (status !== 0) wrong.push(`check: ${text}`);
    // That a realdir is gone is worth a note.
    const others = text.replace(/^note: .*: the realdir does not exist\n(?: {2}.*\n)?/, world.gone.has(name) ? '' : '$&');
    return others === 'no errors found\n' ? null : text;
  };
  if (check() !== null) {
    tally.leftovers += 1;
    fso(env, ['-C', directory, 'gc']);
    const text = check();
    if (text !== null) wrong.push(`check after gc: ${text}`);
  }
  const log = spawnSync('git', ['rev-list', '--count', '--all'], { cwd: directory, encoding: 'utf8' });
  tally.commits += Number(log.stdout);
  return wrong;
}

function metricsOf(file) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  return new Map(
    [...text.matchAll(/^git_fso_(\w+)\{(.*)\} (\S+)$/gm)].map(([, name, labels, value]) => [`${name}{${labels}}`, Number(value)]),
  );
}

/** Prints figures and what is wrong; returns the latter. */
export function report({ world, operators, doubles, log, hookLog, config, env, lastDaemon, simulatedDays, seconds, stoodStill }) {
  const notes = readLines(log);
  const hookLines = readLines(hookLog);
  const ends = notes.filter(({ type }) => type === 'end');
  const jobs = jobsOf(notes);
  const tally = { leftovers: 0, commits: 0 };
  const failures = [...operators.failures, ...doubles.failures, ...doubleRuns(jobs)];
  for (const [facet, text] of Object.entries(SCHEDULES)) {
    const schedule = parseSchedule(text);
    const isDue = (repo, before, at) => {
      const jitterSeconds = world.roots.indexOf(path.basename(path.dirname(repo))) * (HOUR_MS / 1000);
      return (
        nextDue(schedule, new Date(before), new Date(at), { timeZone: 'Europe/Berlin', jitterSeconds, jitterKey: repo }).getTime() <= at
      );
    };
    failures.push(...needlessRuns(notes, facet, isDue));
  }
  for (const name of world.names) failures.push(...examine(world, name, { env, hookLines, tally }).map((wrong) => `${name}: ${wrong}`));

  const most = mostAtOnce(jobs);
  if (most.process > 3) failures.push(`${most.process} jobs at once on one device, 3 are allowed`);
  if (most.root > 2) failures.push(`${most.root} jobs at once below a root, 2 are allowed`);
  const problems = fso(env, ['list', '--problems', '--config', config]);
  if (problems.text !== 'no problems\n') failures.push(`problems are left: ${problems.text}`);
  const metrics = metricsOf(`${config}.prom`);
  const counted = [...metrics].filter(([name]) => name.startsWith('repos{')).reduce((sum, [, value]) => sum + value, 0);
  const shadows = world.names.filter((name) => shadowOf(world, name).count === 1).length;
  if (counted !== shadows) failures.push(`metrics count ${counted} repos, there are ${shadows}`);
  const memory = memoryOf(notes, lastDaemon?.child.pid);
  if (memory.samples < 3) failures.push('too little is known of the memory of the last daemon');
  if (!isFlat(memory.heap, 8) || !isFlat(memory.rss, 40)) failures.push('the memory of the last daemon grows');

  const failed = ends.filter(({ error }) => error !== null).length;
  const facets = ends.reduce((sum, { done }) => sum + Object.keys(done).length, 0);
  const partial = ends.filter(({ done }) => done.sha?.complete === false).length;
  const rootErrors = notes.filter(({ type }) => type === 'root-error').length;
  const hooksFailed = ends.filter(({ hookError }) => hookError !== null).length;
  const inMb = ([before, after]) => `${before.toFixed(1)} -> ${after.toFixed(1)} MB`;
  console.log(
    `${simulatedDays.toFixed(1)} days in ${seconds} s (time stood still for ${stoodStill.toFixed(0)} s): ${world.names.length} ` +
      `repos, of these ${world.gone.size} removed, ${world.count} files written`,
  );
  const mishaps = {
    ...operators.counts,
    unmounts: world.unmounts,
    unmountsInside: world.inner.unmounts,
    doubles: doubles.count,
    privateRepos: world.privateRepos,
    fullDisks: world.fullDisks,
  };
  console.log(`mishaps: ${JSON.stringify(mishaps)}`);
  console.log(
    `work: ${jobs.length} jobs, ${facets} facets updated, ${tally.commits} commits, ${hookLines.length} hooks told, ` +
      `${ends.filter(({ gc }) => gc).length} repacked`,
  );
  console.log(
    `failed meanwhile: ${failed} jobs, ${rootErrors} roots, ${hooksFailed} hooks; ${partial} runs of sha went on the next day; ` +
      `${tally.leftovers} repos with leftovers`,
  );
  console.log(`at once: ${most.process} jobs in a process, ${most.root} below a root`);
  console.log(
    `memory of the last daemon, first and last third of ${memory.samples} s: heap ${inMb(memory.heap)}, resident ${inMb(memory.rss)}`,
  );
  for (const failure of failures.slice(0, 40)) console.log(`WRONG ${failure}`);
  console.log(failures.length === 0 ? 'everything is recorded as it is' : `${failures.length} failures`);
  return failures;
}
