// A daemon, or one scheduled run, whose clock runs fast. What it does goes to a log, one JSON object a line.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FollowedClock } from './clock.mjs';

const { job, config, log, clockFile, quiet } = JSON.parse(process.argv[2]);
const dist = pathToFileURL(path.resolve(import.meta.dirname, '../../dist')).href;
const { loadConfig } = await import(`${dist}/config/load.js`);
const { setGitEnvironment } = await import(`${dist}/git/process/run-git.js`);
const { Daemon } = await import(`${dist}/rescan/schedule/daemon.js`);
const { rescanDue } = await import(`${dist}/rescan/schedule/rescan-due.js`);
const { SYSTEM_CLOCK } = await import(`${dist}/rescan/schedule/clock.js`);
const { LockedError } = await import(`${dist}/util/errors.js`);

const MEMORY_MS = 1000;
const LONGEST_SLEEP_MS = 1000;
const WAIT_MS = 60_000;

const note = (value) => fs.appendFileSync(log, `${JSON.stringify({ pid: process.pid, at: Date.now(), ...value })}\n`);

const pace = new FollowedClock(clockFile);
/** Repos that this process works on. */
const open = new Set();
const clock = {
  now: () => new Date(pace.now()),
  sleep: (milliseconds, signal) => {
    // Nothing is due, and nothing is going on: time may pass.
    if (milliseconds > 0 && open.size === 0) fs.writeFileSync(`${clockFile}.idle`, '');
    return SYSTEM_CLOCK.sleep(Math.min(Math.max(milliseconds / pace.factor, 1), LONGEST_SLEEP_MS), signal);
  },
};

function show(event) {
  const simulated = pace.now();
  if (event.type === 'facet-start') {
    open.add(event.realdir);
    note({ type: 'start', repo: event.realdir, facet: event.facet, simulated });
  } else if (event.type === 'root-error') {
    for (const repo of open) if (path.dirname(repo) === event.root) open.delete(repo);
    note({ type: 'root-error', root: event.root, message: event.error.message });
  } else if (event.type === 'metrics-error') {
    note({ type: 'metrics-error', message: event.error.message });
  } else if (event.type === 'daemon') {
    if (event.state === 'started') fs.writeFileSync(`${log}.${process.pid}.up`, '');
    note({ type: event.state, running: event.running });
  } else if (event.type === 'repo') {
    const { realdir, error, hookErrors, gc, facets } = event.report;
    const done = Object.fromEntries([...facets].map(([facet, { complete, commit }]) => [facet, { complete, changed: commit !== null }]));
    open.delete(realdir);
    note({
      type: 'end',
      repo: realdir,
      simulated,
      done,
      error: error?.message ?? null,
      hookError: hookErrors[0]?.message ?? null,
      gc: gc !== null,
    });
  }
}

setGitEnvironment(process.env);
const [soft, hard] = [new AbortController(), new AbortController()];
process.on('SIGTERM', () => (soft.signal.aborted ? hard : soft).abort());
const memory = setInterval(() => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  note({ type: 'memory', heap: heapUsed + external, rss });
}, MEMORY_MS);
try {
  const options = { env: process.env, waitMs: 2000, command: 'soak', clock, stop: soft.signal, signal: hard.signal };
  if (job === 'due') {
    await rescanDue(loadConfig(config), options, show);
  } else {
    const daemon = await Daemon.start(loadConfig(config), { ...options, once: false, daemonWaitMs: job === 'second' ? 0 : WAIT_MS }, show);
    process.on('SIGHUP', () => daemon.reload(loadConfig(config)));
    // It should not have become the daemon, and makes room for the one that should.
    if (job === 'second') soft.abort();
    await daemon.run();
  }
} catch (error) {
  process.exitCode = error instanceof LockedError ? error.exitStatus : 1;
  if (!quiet) note({ type: 'failed', message: error.message, stack: error.stack });
} finally {
  clearInterval(memory);
}
