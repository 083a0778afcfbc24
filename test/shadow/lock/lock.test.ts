import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acquireLock, hasWaiters } from '../../../src/shadow/lock/lock.js';
import { LockedError } from '../../../src/util/errors.js';
import { ownProcess } from '../../../src/util/process/process-identity.js';
import { tempDir } from '../../harness/index.js';
import { bundleProgram } from '../../git/repository.js';

let program: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  program = await bundleProgram(`
    import { acquireLock } from './shadow/lock/lock.js';
    const [path, mode, waitMs, command] = process.argv.slice(2);
    const say = (text) => process.stdout.write(text + '\\n');
    try {
      const lock = await acquireLock(path, mode, { waitMs: Number(waitMs), command, onWait: (holder) => say('waits for ' + holder) });
      say('taken');
      process.stdin.on('data', () => { lock.release(); say('released'); });
    } catch (error) {
      say(error.name + ': ' + error.message);
    }`);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that tries to take the lock; `said(text)` waits until it has said so. */
function contender(path: string, mode: string, waitMs = 0, env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [program, path, mode, String(waitMs), `test-${mode}`], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const said = async (text: string | RegExp): Promise<string> => {
    await expect.poll(() => output, { timeout: 10_000, interval: 10 }).toMatch(text);
    return output;
  };
  const release = (): void => void child.stdin.write('release\n');
  const kill = (): Promise<void> => new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
  return { pid: child.pid, said, release, kill };
}

const options = { waitMs: 0, command: 'vitest' };
/** A PATH on which there is no flock. */
const withoutFlock: NodeJS.ProcessEnv = { ...process.env, PATH: '/nonexistent' };

describe.each([['kernel lock', process.env], ['without flock', withoutFlock]])('%s', (_, env) => {
  test('shared with shared, exclusive with nobody; a holder that is killed holds nothing', async () => {
    const path = `${tempDir()}/lock`;
    const first = contender(path, 'shared', 0, env);
    await first.said('taken');
    const second = contender(path, 'shared', 0, env);
    await second.said('taken');
    const refused = await contender(path, 'exclusive', 0, env).said(/Error/);
    expect(refused).toMatch(/LockedError: .*\/lock: locked by /);
    for (const { pid } of [first, second]) expect(refused).toMatch(new RegExp(`test-shared \\(shared, pid ${pid}, since 20\\d\\d-`));
    await first.kill();
    expect(await contender(path, 'exclusive', 0, env).said(/Error/)).not.toContain(`pid ${first.pid},`);
    second.release();
    await second.said('released');
    const exclusive = contender(path, 'exclusive', 0, env);
    await exclusive.said('taken');
    expect(await contender(path, 'shared', 0, env).said(/Error/)).toContain(`test-exclusive (exclusive, pid ${exclusive.pid}, since`);
    await exclusive.kill();
    await contender(path, 'shared', 0, env).said('taken');
  });

  test('waits, says for whom, shows that it waits, and goes on at once when the lock is free', async () => {
    const path = `${tempDir()}/lock`;
    const holder = contender(path, 'exclusive', 0, env);
    await holder.said('taken');
    expect(hasWaiters(path)).toBe(false);
    const waiter = contender(path, 'exclusive', 8000, env);
    await waiter.said(new RegExp(`waits for test-exclusive \\(exclusive, pid ${holder.pid}, since 20`));
    await expect.poll(() => hasWaiters(path)).toBe(true);
    holder.release();
    await waiter.said('taken');
    expect(hasWaiters(path)).toBe(false);
    const killed = contender(path, 'shared', 8000, env);
    await killed.said('waits');
    await expect.poll(() => hasWaiters(path)).toBe(true);
    await killed.kill();
    expect(hasWaiters(path)).toBe(false);
  });

  test('of many that want it exclusively, one has it at a time', async () => {
    const dir = tempDir();
    const critical = await bundleProgram(`
      import { mkdirSync, rmdirSync } from 'node:fs';
      import { acquireLock } from './shadow/lock/lock.js';
      const [dir, count] = process.argv.slice(2);
      for (let i = 0; i < Number(count); i++) {
        const lock = await acquireLock(dir + '/lock', 'exclusive', { waitMs: 30000, command: 'test' });
        mkdirSync(dir + '/inside');
        await new Promise((resolve) => setTimeout(resolve, 2));
        rmdirSync(dir + '/inside');
        lock.release();
      }`);
    const running = Array.from({ length: 4 }, () => new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [critical, dir, '4'], { env, stdio: 'inherit' });
      children.push(child);
      child.once('close', resolve);
    }));
    expect(await Promise.all(running)).toEqual([0, 0, 0, 0]);
  });
});

describe('in one process', () => {
  test('two calls exclude each other, until released; releasing twice is harmless', async () => {
    const path = `${tempDir()}/caf\xe9`;
    const lock = await acquireLock(path, 'exclusive', options);
    const error = await acquireLock(path, 'shared', options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockedError);
    expect((error as LockedError).message).toContain(`vitest (exclusive, pid ${process.pid}, since`);
    lock.release();
    const other = await acquireLock(path, 'exclusive', options);
    lock.release();
    await expect(acquireLock(path, 'shared', options)).rejects.toThrow(LockedError);
    other.release();
    (await acquireLock(path, 'shared', options)).release();
  });

  test('gives up after the time it was given', async () => {
    const path = `${tempDir()}/lock`;
    const lock = await acquireLock(path, 'shared', options);
    const start = performance.now();
    await expect(acquireLock(path, 'exclusive', { ...options, waitMs: 400 })).rejects.toThrow('waited 0.4 s');
    expect(performance.now() - start).toBeGreaterThanOrEqual(400);
    expect(performance.now() - start).toBeLessThan(2000);
    lock.release();
  });

  test('stops waiting on a signal', async () => {
    const path = `${tempDir()}/lock`;
    const lock = await acquireLock(path, 'shared', options);
    const controller = new AbortController();
    const waiting = acquireLock(path, 'exclusive', {
      waitMs: 60_000,
      command: 'x',
      signal: controller.signal,
      onWait: () => controller.abort(new Error('enough')),
    });
    await expect(waiting).rejects.toThrow('enough');
    expect(hasWaiters(path)).toBe(false);
    lock.release();
  });

  test('does not take a lock file that was replaced for the one at the path', async () => {
    const path = `${tempDir()}/lock`;
    const old = await acquireLock(path, 'exclusive', options);
    fs.renameSync(path, `${path}.old`);
    const lock = await acquireLock(path, 'exclusive', options);
    old.release();
    await expect(acquireLock(path, 'exclusive', options)).rejects.toThrow(LockedError);
    lock.release();
  });

  test('a reused process id is not taken for the holder, another host is', async () => {
    const dir = tempDir();
    fs.mkdirSync(`${dir}/lock.waiting`);
    const record = { ...ownProcess(), started: '1', command: 'x', mode: 'shared', since: 'then' };
    fs.writeFileSync(`${dir}/lock.waiting/a`, JSON.stringify(record));
    expect(hasWaiters(`${dir}/lock`)).toBe(false);
    expect(fs.readdirSync(`${dir}/lock.waiting`)).toEqual([]);
    fs.writeFileSync(`${dir}/lock.waiting/b`, JSON.stringify({ ...record, host: 'elsewhere' }));
    expect(hasWaiters(`${dir}/lock`)).toBe(true);
  });

  test('where there is no directory, it says so', async () => {
    await expect(acquireLock(`${tempDir()}/none/lock`, 'shared', options)).rejects.toThrow(/none\/lock: cannot be written: no such file/);
  });
});
