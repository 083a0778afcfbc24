import { UsageError } from '../util/errors.js';
import { allowedWords } from '../util/text/nearest-word.js';

/** What the value of an option must be. */
type Kind = 'text' | 'number' | 'boolean' | 'function' | 'signal' | 'list' | 'object' | 'time' | 'date' | 'path';

/** Every option that is looked at here; others have checks of their own. An option of a name is the same kind everywhere. */
const KINDS: Readonly<Record<string, Kind>> = {
  acceptEmpty: 'boolean',
  at: 'time',
  command: 'text',
  daemonWaitMs: 'number',
  dryRun: 'boolean',
  env: 'object',
  expectedCommit: 'text',
  expectedGitNogCommit: 'text',
  expireMs: 'number',
  facets: 'list',
  force: 'boolean',
  inPlace: 'boolean',
  init: 'boolean',
  jobs: 'number',
  limit: 'object',
  message: 'text',
  moves: 'boolean',
  mtimeRange: 'text',
  now: 'date',
  once: 'boolean',
  onChange: 'function',
  onClose: 'function',
  onEvent: 'function',
  onProblem: 'function',
  onProgress: 'function',
  onTakeOver: 'function',
  onWait: 'function',
  path: 'path',
  paths: 'list',
  places: 'list',
  recheck: 'boolean',
  repair: 'boolean',
  revision: 'text',
  searchPath: 'text',
  signal: 'signal',
  since: 'time',
  step: 'object',
  stop: 'signal',
  tracking: 'text',
  trimHostRoot: 'path',
  until: 'time',
  untracked: 'boolean',
  uuid: 'text',
  unreadSince: 'date',
  workers: 'number',
};

const NAMES: Readonly<Record<Kind, string>> = {
  text: 'text',
  number: 'a number, not below 0',
  boolean: 'true or false',
  function: 'a function',
  signal: 'an AbortSignal',
  list: 'a list',
  object: 'an object',
  time: 'a Date or text',
  date: 'a Date',
  path: 'text or a Buffer',
};

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && value >= 0;
    case 'boolean':
      return typeof value === 'boolean';
    case 'function':
      return typeof value === 'function';
    case 'signal':
      return value instanceof AbortSignal;
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'time':
      return typeof value === 'string' || isOf('date', value);
    case 'date':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'path':
      return typeof value === 'string' || Buffer.isBuffer(value);
  }
}

/** True for what has members by name. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The options as they were given. Programs in JavaScript may give anything.
 * @throws UsageError for what is no object, and for a member that cannot be what it is meant for
 */
export function checkedOptions<T extends object>(options: T): T {
  if (!isObject(options)) throw new UsageError('options must be an object');
  for (const [name, kind] of Object.entries(KINDS)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !isOf(kind, value)) throw new UsageError(`${name} must be ${NAMES[kind]}`);
  }
  return options;
}

/** @throws UsageError for what is no list */
export function checkedList<T>(list: readonly T[], what: string): readonly T[] {
  if (!Array.isArray(list)) throw new UsageError(`${what} must be a list`);
  return list;
}

/** @throws UsageError for what is no text */
export function checkedText(text: string, what: string): string {
  if (typeof text !== 'string') throw new UsageError(`${what} must be text`);
  return text;
}

/** @throws UsageError for another word than the known ones; `undefined` stands for none */
export function checkedWord(word: string | undefined, known: readonly string[], what: string): void {
  if (word === undefined || known.includes(word)) return;
  const text = checkedText(word, what);
  throw new UsageError(`${JSON.stringify(text)} is not ${what}; ${allowedWords(text, known)}`);
}
