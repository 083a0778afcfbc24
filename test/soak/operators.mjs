// Those who start and end daemons, and what goes wrong around these.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, 'daemon-process.mjs');
const BIN = path.resolve(import.meta.dirname, '../../bin/git-fso');
const HANGS_MS = 120_000;
const LOCKED = 4;
const LOOKS = ['list', 'list --due', 'list --problems', 'discover', 'discover --untracked', 'doctor'];
/** Somebody who owns nothing; without root, whoever runs this. */
const AS_NOBODY = process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** Starts, kills and watches processes with a fast clock; all that they say is in `log`. */
export class Operators {
  counts = { daemons: 0, sigkill: 0, sigterm: 0, sighup: 0, dueRuns: 0, refused: 0, failedStarts: 0, cleared: 0, looks: 0 };
  failures = [];
  daemon = null;
  processes = new Set();
  endings = [];

  constructor({ config, log, clockFile, env, isFull, fullDisks }) {
    Object.assign(this, { config, log, clockFile, env, isFull, fullDisks });
  }

  start(job, quiet = false) {
    const { config, log, clockFile } = this;
    const parameters = JSON.stringify({ job, config, log, clockFile, quiet });
    const child = spawn(process.execPath, ['--expose-gc', PROGRAM, parameters], { env: this.env, stdio: ['ignore', 'inherit', 'inherit'] });
    const entry = { child, job, signal: null, hadFullDisk: this.isFull(), fullDisks: this.fullDisks() };
    this.processes.add(entry);
    entry.ended = new Promise((resolve) => {
      child.on('exit', (status, signal) => {
        this.processes.delete(entry);
        fs.appendFileSync(log, `${JSON.stringify({ pid: child.pid, at: Date.now(), type: 'exit', status, signal })}\n`);
        this.judge(entry, status, signal);
        resolve();
      });
    });
    return entry;
  }

  /** There is always a daemon, as systemd would have it. */
  keepDaemon() {
    if (this.daemon !== null) return;
    this.daemon = this.start('daemon');
    this.counts.daemons += 1;
  }

  judge(entry, status, signal) {
    if (this.daemon === entry) this.daemon = null;
    const { child, job } = entry;
    if (signal !== null ? signal === entry.signal : status === 0) return;
    if (job === 'second' && status === LOCKED) this.counts.refused += 1;
    // Where nothing can be written nothing can be locked; whoever starts it tries again. The disk may have been full for a moment only.
    else if ((entry.hadFullDisk || this.fullDisks() > entry.fullDisks) && status === 1) this.counts.failedStarts += 1;
    else this.failures.push(`${job} ${child.pid} ended with ${signal ?? `status ${status}`}${this.reasonOf(child.pid)}`);
  }

  /** What a process that failed told of it. */
  reasonOf(pid) {
    const isTold = (line) => line.includes(`{"pid":${pid},`) && line.includes('"type":"failed"');
    const told = fs.readFileSync(this.log, 'utf8').split('\n').filter(isTold);
    return told.map((line) => `: ${JSON.parse(line).stack}`).join('');
  }

  /** Ends the daemon; its successor starts at once. */
  end(signal) {
    const entry = this.daemon;
    if (entry === null) return;
    this.daemon = null;
    // A daemon that is only just starting does not know of signals yet.
    entry.signal = signal;
    entry.child.kill(signal);
    this.counts[signal.toLowerCase()] += 1;
    this.endings.push(this.endingOf(entry));
    this.keepDaemon();
  }

  async endingOf({ child, ended }) {
    const timer = setTimeout(() => {
      this.failures.push(`${child.pid} does not end`);
      child.kill('SIGKILL');
    }, HANGS_MS);
    await ended;
    clearTimeout(timer);
  }

  /** A daemon that is only just starting would die of a signal that it does not know yet. */
  isUp() {
    return this.daemon !== null && fs.existsSync(`${this.log}.${this.daemon.child.pid}.up`);
  }

  reload() {
    if (!this.isUp()) return;
    this.daemon.child.kill('SIGHUP');
    this.counts.sighup += 1;
  }

  running(job) {
    return [...this.processes].find((entry) => entry.job === job);
  }

  /** What a timer starts; one that still runs is stopped instead. */
  runDue() {
    const entry = this.running('due');
    if (entry !== undefined) {
      entry.child.kill('SIGTERM');
      entry.signal = 'SIGTERM';
      return;
    }
    this.start('due');
    this.counts.dueRuns += 1;
  }

  startSecond() {
    if (this.isUp() && this.running('second') === undefined) this.start('second', true);
  }

  /** Forgets all problems, as somebody would who has solved them. */
  clearErrors() {
    this.counts.cleared += 1;
    spawn(process.execPath, [BIN, 'clear-error', '--all', '--config', this.config], { env: this.env, stdio: 'ignore' });
  }

  /** Has somebody look on who may enter neither private repos nor change anything. */
  look() {
    const words = LOOKS[this.counts.looks % LOOKS.length];
    this.counts.looks += 1;
    const [command, ...args] = [...AS_NOBODY, process.execPath, BIN, ...words.split(' '), '--config', this.config];
    const child = spawn(command, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'], timeout: HANGS_MS });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text; });
    this.endings.push(new Promise((resolve) => {
      child.on('close', (status, signal) => {
        // What doctor finds, and a root that is not mounted, make it 1; notes are closed to others, whatever the mode.
        const isRefused =
          /^git-fso: \/\S+\/\.git(-fso|\/fso)\/\S+: permission denied.*\n {2}run git-fso as /.test(said) ||
          /^failed \/\S+\.fso\/\S+: permission denied.* \(run git-fso as /m.test(said);
        // A shadow repo that was doubled meanwhile is an error of its realdir.
        const isDoubled = / has several shadow repos: /.test(said);
        const mayFail = status === 1 && (isDoubled || (words !== 'list' && (isRefused || !words.startsWith('list'))));
        const isFine = signal === null && (status === 0 || mayFail) && !/unexpected error|^ {4}at /m.test(said);
        if (!isFine) this.failures.push(`${words}, by an ordinary user, ended with ${signal ?? status}: ${said}`);
        resolve();
      });
    }));
  }

  /** Ends all in good order. */
  async stop() {
    this.daemon = null;
    for (const entry of this.processes) {
      entry.signal = 'SIGTERM';
      entry.child.kill('SIGTERM');
      this.endings.push(this.endingOf(entry));
    }
    await Promise.all(this.endings);
  }
}
