// A daemon whose clock runs fast. What it does goes to a log, one JSON object a line, each written before anything else happens.
import fs from 'node:fs';

const { dist, config, log, simulatedStart, realStart, factor } = JSON.parse(process.argv[2]);
const { loadConfig } = await import(`${dist}/config/load.js`);
const { setGitEnvironment } = await import(`${dist}/git/run-git.js`);
const { Daemon } = await import(`${dist}/rescan/daemon.js`);
const { SYSTEM_CLOCK } = await import(`${dist}/rescan/clock.js`);
const { LockedError } = await import(`${dist}/util/errors.js`);

const note = (value) => fs.appendFileSync(log, `${JSON.stringify({ pid: process.pid, at: Date.now(), ...value })}\n`);

const clock = {
  now: () => new Date(simulatedStart + (Date.now() - realStart) * factor),
  sleep: (milliseconds, signal) => SYSTEM_CLOCK.sleep(Math.max(milliseconds / factor, 1), signal),
};

function show(event) {
  if (event.type === 'facet-start') note({ type: 'start', repo: event.realdir, facet: event.facet });
  if (event.type === 'root-error') note({ type: 'root-error', root: event.root, message: event.error.message });
  if (event.type === 'daemon') note({ type: event.state });
  if (event.type !== 'repo') return;
  const { realdir, error, hookErrors, gc, facets } = event.report;
  const results = Object.fromEntries([...facets].map(([facet, { commit, deleted }]) => [facet, { changed: commit !== null, deleted }]));
  note({ type: 'end', repo: realdir, simulated: clock.now().getTime(), results, error: (error ?? hookErrors[0])?.message ?? null, gc: gc !== null });
}

setGitEnvironment(process.env);
const [soft, hard] = [new AbortController(), new AbortController()];
process.on('SIGTERM', () => (soft.signal.aborted ? hard : soft).abort());
const memory = setInterval(() => {
  globalThis.gc?.();
  note({ type: 'memory', heap: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss, simulated: clock.now().getTime() });
}, 1000);
try {
  const options = { env: process.env, waitMs: 2000, command: 'soak', clock, stop: soft.signal, signal: hard.signal, once: false, daemonWaitMs: 0 };
  const daemon = await Daemon.start(loadConfig(config), options, show);
  await daemon.run();
} catch (error) {
  note({ type: 'failed', message: error.message, stack: error.stack });
  process.exitCode = error instanceof LockedError ? error.exitStatus : 1;
} finally {
  clearInterval(memory);
}
