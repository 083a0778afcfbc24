import { spawnSync } from 'node:child_process';
import type { ByteString } from '../../src/util/byte-string.js';
import { cleanEnvironment } from './environment.js';

export interface GitOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
}

const MAX_OUTPUT_BYTES = 1 << 28;

/** Runs real Git in `cwd` with a fixed environment; throws with Git's message if it fails. */
export function gitBuffer(args: readonly string[], cwd: string, options: GitOptions = {}): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd,
    env: cleanEnvironment(options.env),
    input: options.input ?? '',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`git ${args.join(' ')} exited with ${status}:\n${stderr.toString()}`);
  return stdout;
}

/** Like `gitBuffer`, as text without the last newline. */
export function git(args: readonly string[], cwd: string, options: GitOptions = {}): string {
  return gitBuffer(args, cwd, options).toString().replace(/\n$/, '');
}

export interface BranchEntry {
  /** Octal, as Git prints it: `100644`. */
  readonly mode: string;
  readonly oid: string;
  /** The blob as UTF-8 text; empty for a gitlink. */
  readonly text: string;
}

/** All files of `branch` (`master-stat`) of the shadow repo at `shadow`; the keys are paths as bytes. */
export function readBranchTree(shadow: string, branch: string): Map<ByteString, BranchEntry> {
  const listing = gitBuffer(['ls-tree', '-r', '-z', `refs/heads/${branch}`], shadow).toString('latin1');
  const entries = listing.split('\0').filter((record) => record !== '').map(parseListing);
  const texts = readBlobs(shadow, entries.filter((entry) => entry.type === 'blob').map((entry) => entry.oid));
  return new Map(entries.map(({ path, mode, oid }) => [path, { mode, oid, text: texts.get(oid) ?? '' }]));
}

function parseListing(record: string): { mode: string; type: string; oid: string; path: ByteString } {
  const tab = record.indexOf('\t');
  const [mode = '', type = '', oid = ''] = record.slice(0, tab).split(' ');
  return { mode, type, oid, path: record.slice(tab + 1) };
}

function readBlobs(shadow: string, oids: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>();
  if (oids.length === 0) return texts;
  const output = gitBuffer(['cat-file', '--batch'], shadow, { input: `${oids.join('\n')}\n` });
  for (let at = 0; at < output.length;) {
    const endOfHeader = output.indexOf(0x0a, at);
    const [oid = '', , size = '0'] = output.toString('latin1', at, endOfHeader).split(' ');
    const end = endOfHeader + 1 + Number(size);
    texts.set(oid, output.toString('utf8', endOfHeader + 1, end));
    at = end + 1;
  }
  return texts;
}
