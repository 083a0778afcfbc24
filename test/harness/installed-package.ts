import fs from 'node:fs';
import path from 'node:path';
import { cleanEnvironment } from './environment.js';
import type { ProcessResult } from './process.js';
import { runProcess } from './process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|E40[13]/;
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts'];

/** How long packing and installing may take, in milliseconds. */
export const INSTALL_TIMEOUT_MS = 180_000;

/** The package as npm packs it. */
export interface PackedPackage {
  /** The file that `npm pack` made. */
  readonly file: string;
  readonly version: string;
  /** Paths in that file. */
  readonly files: readonly string[];
}

/** A package that was installed. */
export interface InstalledPackage extends PackedPackage {
  readonly prefix: string;
  /** An environment with the programs of the prefix first in PATH. */
  readonly env: NodeJS.ProcessEnv;
}

function npm(...args: string[]): Promise<ProcessResult> {
  return runProcess('npm', [...args, ...NPM_OPTIONS], { cwd: ROOT, env: process.env, timeout: INSTALL_TIMEOUT_MS });
}

function mustSucceed({ status, stderr }: ProcessResult): void {
  if (status !== 0) throw new Error(`npm ended with status ${status}: ${stderr.toString()}`);
}

/** Whether npm failed since the registry cannot be reached. */
export function isUnreachable(stderr: string): boolean {
  return UNREACHABLE.test(stderr);
}

/** Packs git-fso into a file in `dir`. */
export async function packPackage(dir: string): Promise<PackedPackage> {
  const packed = await npm('pack', '--json', '--pack-destination', dir);
  mustSucceed(packed);
  const [{ filename, version, files }] = JSON.parse(packed.stdout.toString()) as [
    { filename: string; version: string; files: { path: string }[] },
  ];
  return { file: path.join(dir, filename), version, files: files.map((entry) => entry.path) };
}

/**
 * Packs git-fso and installs it into an empty prefix below `dir`, which gets `bin`, `lib` and `share`.
 * @returns null if the registry cannot be reached
 */
export async function installPackage(dir: string): Promise<InstalledPackage | null> {
  const packed = await packPackage(dir);
  const prefix = path.join(dir, 'prefix');
  fs.mkdirSync(prefix);
  const installed = await npm('install', '--global', '--prefix', prefix, '--prefer-offline', packed.file);
  if (installed.status !== 0 && isUnreachable(installed.stderr.toString())) return null;
  mustSucceed(installed);
  const env = cleanEnvironment({ PATH: `${path.join(prefix, 'bin')}:${process.env['PATH']}` });
  return { ...packed, prefix, env };
}

/**
 * Installs a packed package as a dependency of the directory `dir`, which gets `node_modules`.
 * @returns false if the registry cannot be reached
 */
export async function installInto(dir: string, { file }: PackedPackage): Promise<boolean> {
  const installed = await npm('install', '--prefix', dir, '--prefer-offline', file);
  if (installed.status !== 0 && isUnreachable(installed.stderr.toString())) return false;
  mustSucceed(installed);
  return true;
}
