// What the log of all daemons of a soak tells about how they worked.
import path from 'node:path';

/** Clocks of two processes are read at slightly different moments. */
const TOLERANCE_MS = 20;

/** When each repo was worked on, and by whom: `{ repo, pid, from, to }`. */
export function jobsOf(notes) {
  const open = new Map();
  const jobs = [];
  const close = (key, to) => {
    const job = open.get(key);
    if (job === undefined) return;
    open.delete(key);
    jobs.push({ ...job, to });
  };
  const closeAll = (isConcerned, to) => {
    for (const [key, job] of open) if (isConcerned(job)) close(key, to);
  };
  for (const { type, pid, repo, root, at } of notes) {
    const key = `${pid} ${repo}`;
    if (type === 'start' && !open.has(key)) open.set(key, { repo, pid, from: at });
    else if (type === 'end') close(key, at);
    else if (type === 'exit') closeAll((job) => job.pid === pid, at);
    // What was going on below a root that cannot be used ends without a word.
    else if (type === 'root-error') closeAll((job) => job.pid === pid && path.dirname(job.repo) === root, at);
  }
  return jobs;
}

/** Repos that two jobs worked on at the same time. */
export function doubleRuns(jobs) {
  const last = new Map();
  const wrong = [];
  for (const job of [...jobs].sort((a, b) => a.from - b.from)) {
    const before = last.get(job.repo);
    if (before !== undefined && job.from < before.to - TOLERANCE_MS) {
      wrong.push(`${job.repo}: ${job.pid} began at ${job.from}, while ${before.pid} was at it from ${before.from} to ${before.to}`);
    }
    if (before === undefined || job.to > before.to) last.set(job.repo, job);
  }
  return wrong;
}

/** The most jobs that one process had at the same time, in all and below one root. */
export function mostAtOnce(jobs) {
  const most = { process: 0, root: 0 };
  for (const [name, keyOf] of [['process', ({ pid }) => pid], ['root', ({ pid, repo }) => `${pid} ${path.dirname(repo)}`]]) {
    for (const group of groupBy(jobs, keyOf).values()) {
      // What ends at the moment when something else begins makes room for it.
      const steps = group.flatMap(({ from, to }) => [[from, 1], [to, -1]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let running = 0;
      for (const [, step] of steps) {
        running += step;
        most[name] = Math.max(most[name], running);
      }
    }
  }
  return most;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    groups.set(keyOf(item), group);
    group.push(item);
  }
  return groups;
}

/**
 * Complete runs of a facet that were not due, since there had been another one: `isDue` says so of a run
 * of a repo that began at a time, if one that began at an earlier time was complete.
 */
export function needlessRuns(notes, facet, isDue) {
  const begun = new Map();
  const last = new Map();
  const wrong = [];
  for (const note of notes) {
    const key = `${note.pid} ${note.repo}`;
    if (note.type === 'start' && note.facet === facet) begun.set(key, note.simulated);
    if (note.type !== 'end' || note.done[facet]?.complete !== true) continue;
    const at = begun.get(key);
    const before = last.get(note.repo);
    if (before !== undefined && !isDue(note.repo, before, at)) {
      wrong.push(`${note.repo}: ${facet} was done at ${new Date(before).toISOString()} and again at ${new Date(at).toISOString()}`);
    }
    last.set(note.repo, at);
  }
  return wrong;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Memory of a process in its first and last third, in MB, without its first seconds. */
export function memoryOf(notes, pid) {
  const samples = notes.filter((note) => note.type === 'memory' && note.pid === pid).slice(2);
  const third = Math.max(1, Math.floor(samples.length / 3));
  const mega = (part, key) => median(part.map((sample) => sample[key])) / 1e6;
  const [first, last] = [samples.slice(0, third), samples.slice(-third)];
  return { samples: samples.length, heap: [mega(first, 'heap'), mega(last, 'heap')], rss: [mega(first, 'rss'), mega(last, 'rss')] };
}
