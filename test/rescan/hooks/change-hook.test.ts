import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runHook } from '../../../src/rescan/hooks/run-hook.js';
import { isRunning } from '../../../src/util/process/process-alive.js';
import { fso, git, tempDir } from '../../harness/index.js';
import { makeSite } from '../site.js';
import { HOUR, MINUTE, shadowOf, Simulation } from '../simulation.js';

type Facts = Record<string, unknown>;

const surroundings = { env: { PATH: process.env['PATH'], MARK: 'mark' } };

function lines(file: string): Facts[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Facts);
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

describe('a hook that fails', () => {
  it('is a problem until it succeeds, although another facet has nothing to tell', () => {
    const site = makeSite({ 'a/file': '1', 'b/file': '1' }, '    facets: [stat, content]\n');
    expect(site.rescan().status).toBe(0);
    const ok = path.join(site.top, 'ok');
    appendFileSync(site.config, `    onChange: [{ shell: "test -e ${ok}" }]\n`);
    expect(site.rescan().status).toBe(0);
    appendFileSync(path.join(site.project, 'a/file'), 'more');
    expect(site.rescan().status).toBe(1);
    const problems = (): string => fso(['list', '--problems', '--config', site.config], { cwd: site.top }).stdout;
    expect(problems()).toContain('exit status 1');
    expect(site.rescan().status).toBe(1);
    writeFileSync(ok, '');
    expect(site.rescan().status).toBe(0);
    expect(problems()).toContain('no problems');
  });
});

describe('runHook', () => {
  it('gives the command its arguments as they are, the input and a small environment, in the toplevel directory', async () => {
    const out = `${tempDir()}/out`;
    const script =
      'const fs = require("fs"); fs.writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), fs.readFileSync(0, ' +
        '"utf8"), process.env.MARK, process.env.LC_TIME, process.cwd()]))';
    const command = [process.execPath, '-e', script, out, '$HOME', 'a b', ';'];
    await runHook({ kind: 'command', command, timeoutMs: 60_000 }, 'stat', 'facts', { env: { ...surroundings.env, LC_TIME: 'de_DE' } });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([['$HOME', 'a b', ';'], 'facts', null, 'de_DE', '/']);
  });

  it('uses a shell if it is told to', async () => {
    const out = `${tempDir()}/out`;
    await runHook({ kind: 'shell', shell: `cat | tr a-z A-Z >${out}`, timeoutMs: 60_000 }, 'stat', 'facts', surroundings);
    expect(readFileSync(out, 'utf8')).toBe('FACTS');
  });

  it.each([
    ['an exit status', 'echo because >&2; exit 7', 'exit status 7: because'],
    ['a signal', 'kill -9 $$', 'ended by SIGKILL'],
    ['much to say', 'head -c 100000 /dev/zero | tr "\\0" x >&2; echo end >&2; exit 1', 'xxxend'],
  ])('fails with %s, and says so', async (_how, shell, message) => {
    const hook = { kind: 'shell', shell, timeoutMs: 60_000 } as const;
    const failure = await runHook(hook, 'stat', '', surroundings).catch((error: unknown) => error as Error);
    expect(failure?.message).toContain(message);
    expect(failure?.message.length).toBeLessThan(6000);
  });

  it('fails if there is no such program', async () => {
    const hook = { kind: 'command', command: ['/no/such/program'], timeoutMs: 1000 } as const;
    await expect(runHook(hook, 'stat', '', surroundings)).rejects.toThrow(
      /^onChange \/no\/such\/program, told about stat: cannot be started: no such file or directory$/,
    );
  });

  it('ends a command with all that it started when its time is up', async () => {
    const pidFile = `${tempDir()}/pid`;
    const shell = `sleep 1000 & echo $! >${pidFile}; wait`;
    await expect(runHook({ kind: 'shell', shell, timeoutMs: 300 }, 'stat', '', surroundings)).rejects.toThrow(
      'took longer than 300ms and was ended',
    );
    const pid = Number(readFileSync(pidFile, 'utf8'));
    for (let wait = 0; wait < 100 && isRunning(pid); wait += 1) await sleep(20);
    expect(isRunning(pid)).toBe(false);
  });

  it('does not wait for what a command leaves behind', async () => {
    const started = performance.now();
    await runHook({ kind: 'shell', shell: 'sleep 30 >&2 &', timeoutMs: 60_000 }, 'stat', 'x'.repeat(1 << 20), surroundings);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('onChange', () => {
  const settings = (hooks: string): Record<string, string> => ({
    r: `facets: [stat, content], schedule: { stat: every 1h, content: every 1h }, onChange: [${hooks}]`,
  });

  it('is told each commit, with counts, and nothing else', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation({ 'r/a/x': '1' }, settings(`{ shell: "cat >>${out}" }`));
    await simulation.once();
    const shadow = shadowOf(simulation, 'r/a');
    const stub = git(['rev-parse', 'master-stub'], shadow);
    const stat = git(['rev-parse', 'master-stat'], shadow);
    const facts = { version: 1, realdir: simulation.path('r/a'), shadow, facet: 'stat', branch: 'refs/heads/master-stat' };
    expect(lines(out)).toEqual([{ ...facts, old: stub, new: stat, added: 2, modified: 0, deleted: 0, alarm: null }]);
    simulation.clock.advance(HOUR);
    await simulation.once();
    expect(lines(out)).toHaveLength(1);
    writeFileSync(simulation.path('r/a/README.md'), 'text');
    simulation.clock.advance(HOUR);
    await simulation.once();
    expect(lines(out).slice(1)).toMatchObject([{ facet: 'stat', old: stat, added: 1 }, { facet: 'content', old: stub, added: 1 }]);
  });

  it('is told again what it failed to take, although nothing has changed since', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation({ 'r/a/x': '1' }, settings(`{ shell: "test -e ${out} && cat >>${out}" }`));
    await simulation.once();
    expect(simulation.problems().list()).toMatchObject([
      { path: simulation.path('r/a'), part: expect.stringMatching(/^hook [0-9a-f]{16}$/), count: 1 },
    ]);
    const stub = git(['rev-parse', 'master-stub'], shadowOf(simulation, 'r/a'));
    writeFileSync(out, '');
    simulation.clock.advance(HOUR);
    await simulation.once();
    expect(lines(out), 'the counts are of a run that is over').toMatchObject([{ old: stub, added: null }]);
    expect(simulation.problems().list()).toEqual([]);
  });

  it('is told what was recorded without it, in one go and without counts', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation({ 'r/a/x': '1' }, settings(`{ shell: "test -e ${out} && cat >>${out}" }`));
    await simulation.once();
    const stub = git(['rev-parse', 'master-stub'], shadowOf(simulation, 'r/a'));
    writeFileSync(simulation.path('r/a/y'), '2');
    simulation.clock.advance(HOUR);
    await simulation.once();
    writeFileSync(out, '');
    simulation.clock.advance(HOUR);
    await simulation.once();
    const head = git(['rev-parse', 'master-stat'], shadowOf(simulation, 'r/a'));
    expect(lines(out)).toMatchObject([{ facet: 'stat', old: stub, new: head, added: null, modified: null, deleted: null }]);
  });

  it('begins with what comes when it is new in a configuration', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation({ 'r/a/x': '1' }, { r: 'facets: [stat], schedule: { stat: every 1h }' });
    await simulation.once();
    const head = git(['rev-parse', 'master-stat'], shadowOf(simulation, 'r/a'));
    simulation.setRoots({ r: `facets: [stat], schedule: { stat: every 1h }, onChange: [{ shell: "cat >>${out}" }]` });
    simulation.clock.advance(HOUR);
    await simulation.once();
    expect(lines(out)).toEqual([]);
    writeFileSync(simulation.path('r/a/y'), '2');
    simulation.clock.advance(HOUR);
    await simulation.once();
    expect(lines(out)).toMatchObject([{ old: head, added: 1 }]);
  });

  it('waits when it keeps failing, while records go on', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation(
      { 'r/a/x': '1' },
      { r: `facets: [stat], schedule: { stat: every 1m }, onChange: [{ shell: "echo x >>${out}; false" }]` },
    );
    await simulation.stay(20 * MINUTE);
    const calls = readFileSync(out, 'utf8').trimEnd().split('\n').length;
    expect(calls).toBeGreaterThanOrEqual(4);
    expect(calls).toBeLessThanOrEqual(6);
    expect(simulation.ran.length).toBeGreaterThan(15);
  });

  it('makes no difference to other hooks when one fails', async () => {
    const out = `${tempDir()}/out`;
    const simulation = new Simulation({ 'r/a/x': '1' }, settings(`{ command: ["false"] }, { shell: "cat >>${out}" }`));
    await simulation.once();
    expect(lines(out)).toHaveLength(1);
    const [report] = simulation.events.flatMap((event) => (event.type === 'repo' ? [event.report] : []));
    const failure = expect.objectContaining({ message: 'onChange false, told about stat: exit status 1' }) as Error;
    expect(report).toMatchObject({ error: null, hookErrors: [failure] });
  });
});
