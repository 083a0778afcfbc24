// What figures depend on: the machine and the versions of all tools.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The first line that a command prints; null if it is not installed. */
export function firstLine(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === null ? null : (`${stdout}\n${stderr}`.split('\n').find((line) => line.trim() !== '') ?? '').trim();
}

export function describeMachine(dir) {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const commit = existsSync(path.join(ROOT, '.git')) ? firstLine('git', '-C', ROOT, 'describe', '--always', '--dirty') : null;
  return {
    date: new Date().toISOString(),
    'git-fso': commit === null ? version : `${version} (${commit})`,
    node: process.version,
    git: firstLine('git', '--version'),
    find: firstLine('find', '--version'),
    du: firstLine('du', '--version'),
    openssl: firstLine('openssl', 'version'),
    kernel: `${os.type()} ${os.release()}`,
    cpus: `${os.availableParallelism()} × ${os.cpus()[0]?.model ?? 'unknown'}`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`,
    filesystem: firstLine('stat', '-f', '-c', '%T', dir),
  };
}
