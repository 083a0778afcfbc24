import fs from 'node:fs';
import path from 'node:path';

/** A call that changes files or makes changes durable; paths are byte strings. */
export type FileCall =
  | { readonly call: 'open'; readonly path: string; readonly truncates: boolean; readonly appends: boolean }
  | { readonly call: 'write'; readonly path: string; readonly bytes: Buffer; readonly at: number | null }
  | { readonly call: 'truncate'; readonly path: string; readonly length: number }
  | { readonly call: 'fsync'; readonly path: string }
  | { readonly call: 'mkdir' | 'rmdir' | 'unlink'; readonly path: string }
  | { readonly call: 'symlink'; readonly path: string; readonly target: string }
  | { readonly call: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly call: 'report' };

/** What strace must be asked for. */
const TRACED = [
  'openat',
  'write',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
  'mkdir',
  'rmdir',
  'unlink',
  'unlinkat',
  'symlink',
  'rename',
  'link',
];
export const FLAGS = ['-f', '--seccomp-bpf', '-y', '-xx', '-s', '10000000', '-e', `trace=${TRACED.join(',')}`];

const unhex = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** Reads a log of strace with `FLAGS`: what happened, in the order in which the calls ended. */
export function readTraceLog(file: string): FileCall[] {
  const unfinished = new Map<string, string>();
  const calls: FileCall[] = [];
  const held: Held = new Map();
  let main: string | null = null;
  for (const line of fs.readFileSync(file, 'latin1').split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    main ??= pid;
    const start = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (start !== undefined) {
      unfinished.set(pid, start);
      continue;
    }
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const call = parse(end === undefined ? rest : `${unfinished.get(pid) ?? ''}${end}`, pid === main, held);
    if (call === null) continue;
    calls.push(call);
    if (call.call === 'rename') follow(held, call.path, call.to);
  }
  return calls;
}

/** Where the directories are that the process holds open, by descriptor: paths may begin with these. */
type Held = Map<string, string>;

function follow(held: Held, from: string, to: string): void {
  for (const [fd, at] of held) if (at === from || at.startsWith(`${from}/`)) held.set(fd, to + at.slice(from.length));
}

function parse(text: string, isMain: boolean, held: Held): FileCall | null {
  const [, name = '', args = '', result = '', resultPath = ''] = /^(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?/s.exec(text) ?? [];
  if (name === '' || result.startsWith('-')) return null;
  if (name === 'openat' && isMain) held.set(result, unhex(resultPath));
  const resolved = (place: string): string => place.replace(/^\/proc\/self\/fd\/(\d+)/, (whole, fd: string) => held.get(fd) ?? whole);
  const isData = name === 'write' || name === 'pwrite64';
  const strings = Array.from(args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, hex = '']) => (isData ? unhex(hex) : resolved(unhex(hex))));
  const opened = unhex(/^\w+<([^>]*)>/.exec(args)?.[1] ?? '');
  const [first = '', second = ''] = strings;
  switch (name) {
    case 'openat': return args.includes('O_CREAT') || args.includes('O_TRUNC')
      ? { call: 'open', path: path.posix.resolve(opened, first), truncates: args.includes('O_TRUNC'), appends: args.includes('O_APPEND') }
      : null;
    case 'write':
    case 'pwrite64': {
      if (isMain && args.startsWith('1<')) return { call: 'report' };
      const bytes = Buffer.from(first.slice(0, Number(result)), 'latin1');
      return { call: 'write', path: opened, bytes, at: name === 'write' ? null : Number(/(\d+)$/.exec(args)?.[1]) };
    }
    case 'ftruncate': return { call: 'truncate', path: opened, length: Number(/(\d+)$/.exec(args)?.[1]) };
    case 'fsync':
    case 'fdatasync': return { call: 'fsync', path: opened };
    case 'mkdir':
    case 'rmdir':
    case 'unlink': return { call: name, path: first };
    case 'unlinkat': return { call: args.includes('AT_REMOVEDIR') ? 'rmdir' : 'unlink', path: path.posix.resolve(opened, first) };
    case 'symlink': return { call: 'symlink', path: second, target: first };
    case 'rename':
    case 'link': return { call: name, path: first, to: second };
    default: throw new Error(`${name}: not expected`);
  }
}
