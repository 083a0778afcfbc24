import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, fso, fsoCommand } from '../../harness/index.js';
import type { TestSite } from '../site.js';
import { makeSite } from '../site.js';

const SETTINGS = '    facets: [stat]\n    schedule: { stat: every 1m }\n';
/** Longer than any of this takes on a busy machine. */
const PATIENCE_MS = 40_000;

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface RunningDaemon {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  output(): string;
  /** Waits until the output matches. */
  says(pattern: RegExp): Promise<void>;
  /** Waits for the exit status. */
  ended(): Promise<number | null>;
}

async function until(isTrue: () => boolean, what: () => string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

function startDaemon(site: TestSite, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): RunningDaemon {
  const [command, ...leading] = fsoCommand();
  const log = path.join(site.top, `log-${children.length}`);
  const fd = openSync(log, 'w');
  const { dev, ino } = fstatSync(fd);
  const journal = 'JOURNAL_STREAM' in env ? { JOURNAL_STREAM: `${dev}:${ino}` } : {};
  const child = spawn(command, [...leading, 'daemon', '--config', site.config, ...args], {
    cwd: site.top,
    env: cleanEnvironment({ ...env, ...journal }),
    stdio: ['ignore', fd, fd],
  });
  closeSync(fd);
  children.push(child);
  const output = (): string => readFileSync(log, 'utf8');
  return {
    child,
    output,
    says: (pattern) => until(() => pattern.test(output()), () => `${String(pattern)} in:\n${output()}`),
    ended: async () => {
      await until(() => child.exitCode !== null || child.signalCode !== null, output);
      return child.exitCode;
    },
  };
}

describe('git-fso daemon', () => {
  it('is alone, and says who is there already', async () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    const daemon = startDaemon(site);
    await daemon.says(/changed .*\/a: stat \+2/);
    const second = fso(['daemon', '--config', site.config], { cwd: site.top });
    expect(second.status).toBe(4);
    expect(second.stderr).toContain(
      `there is a daemon for this shadow root already: ${site.shadow}/.git-fso/daemon.lock: locked by git-fso daemon`,
    );
    expect(second.stderr).toContain(`pid ${daemon.child.pid}`);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended()).toBe(0);
    expect(fso(['daemon', '--once', '--config', site.config], { cwd: site.top }).status).toBe(0);
  });

  it('follows its configuration on SIGHUP, and keeps the old one if the new one is broken', async () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    const other = path.join(site.top, 'other');
    mkdirSync(path.join(other, 'b'), { recursive: true });
    const daemon = startDaemon(site);
    await daemon.says(/changed .*\/a: stat/);
    const good = readFileSync(site.config, 'utf8');
    appendFileSync(site.config, 'rots: x\n');
    daemon.child.kill('SIGHUP');
    await daemon.says(/failed to read the configuration again: .*unknown key "rots"/);
    writeFileSync(site.config, good.replace(site.shadow, `${site.shadow}2`));
    daemon.child.kill('SIGHUP');
    await daemon.says(/the shadow root cannot change from/);
    expect(existsSync(`${site.shadow}2`)).toBe(false);
    writeFileSync(site.config, `${good}  - path: ${other}\n${SETTINGS}`);
    daemon.child.kill('SIGHUP');
    await daemon.says(/reloaded[^]*created .*\/other\/b/);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended()).toBe(0);
  });

  it('hands over on SIGTERM: it finishes what it does, while the next one may start', async () => {
    const site = makeSite(
      { 'a/x': '1' },
      `${SETTINGS}    onChange: [{ shell: "echo told >>$HOME/mark; until test -e $HOME/mark.go; do sleep 0.05; done" }]\n`,
    );
    const mark = path.join(site.top, 'mark');
    const daemon = startDaemon(site, [], { HOME: site.top });
    await until(() => existsSync(mark), daemon.output);
    daemon.child.kill('SIGTERM');
    await daemon.says(/stopping: finishing 1 repo\n/);
    const next = startDaemon(site, [], { HOME: site.top });
    await next.says(/started/);
    await next.says(/root .*: 1 repo/);
    expect(daemon.child.exitCode).toBeNull();
    writeFileSync(`${mark}.go`, '');
    expect(await daemon.ended()).toBe(0);
    expect(daemon.output()).toMatch(/changed .*\/a: stat[^]*stopped/);
    next.child.kill('SIGTERM');
    expect(await next.ended()).toBe(0);
    expect(readFileSync(mark, 'utf8'), 'the repo was in one job only').toBe('told\n');
  });

  it('ends at once on a second signal', async () => {
    const site = makeSite({ 'a/x': '1' }, `${SETTINGS}    onChange: [{ shell: "touch $HOME/mark; sleep 1000", timeout: 1h }]\n`);
    const mark = path.join(site.top, 'mark');
    const daemon = startDaemon(site, [], { HOME: site.top });
    await until(() => existsSync(mark), daemon.output);
    daemon.child.kill('SIGTERM');
    await daemon.says(/stopping/);
    daemon.child.kill('SIGINT');
    expect(await daemon.ended()).toBe(1);
    expect(daemon.output()).toContain('interrupted');
  });

  it('tells the journal how important lines are, and others the time', async () => {
    const site = makeSite({ 'a/x': '1' }, `${SETTINGS}    onChange: [{ command: ["false"] }]\n`);
    const journal = startDaemon(site, ['--once'], { JOURNAL_STREAM: '' });
    expect(await journal.ended()).toBe(0);
    expect(journal.output().split('\n').filter((line) => line !== '' && !/^<[36]>\S/.test(line))).toEqual([]);
    expect(journal.output()).toMatch(/^<6>started\n[^]*<3>failed .*onChange false, told about stat: exit status 1/);
    const plain = startDaemon(site, ['--once']);
    expect(await plain.ended()).toBe(0);
    expect(plain.output()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 started\n/);
  });

  it('writes JSON lines if it is told to', async () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    const daemon = startDaemon(site, ['--once', '--json']);
    expect(await daemon.ended()).toBe(0);
    const events = daemon.output().trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ type }) => type)).toEqual(['daemon', 'root', 'repo', 'daemon']);
    expect(events.every(({ version, time }) => version === 1 && !Number.isNaN(Date.parse(String(time))))).toBe(true);
  });
});

describe('events', () => {
  it('include why a command failed as a whole', () => {
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    appendFileSync(site.config, 'rots: x\n');
    for (const command of ['rescan', 'daemon']) {
      const { status, stdout } = fso([command, '--json', '--config', site.config], { cwd: site.top });
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        version: 1,
        type: 'error',
        status: 2,
        message: expect.stringContaining('unknown key "rots"'),
      });
    }
  });

  it('are described', () => {
    const described = readFileSync(path.resolve(import.meta.dirname, '../../../docs/json.md'), 'utf8');
    const site = makeSite({ 'a/x': '1' }, SETTINGS);
    const events = site.rescan('--json').stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const fields = events.flatMap((event) => [String(event['type']), ...Object.keys(event)]);
    const facets = events.flatMap((event) => (event['facets'] as object[] | undefined) ?? []).flatMap((facet) => Object.keys(facet));
    expect([...new Set([...fields, ...facets])].filter((field) => !described.includes(`\`${field}\``))).toEqual([]);
  });
});
