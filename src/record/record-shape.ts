import type { ByteString } from '../util/byte-string.js';
import { plainTextOfBytes } from '../util/byte-string.js';
import { FsoError } from '../util/errors.js';
import { decodeMetadata } from './metadata.js';
import { parseFinding } from './finding.js';
import type { RecordFields } from './parse.js';
import { parseRecord } from './parse.js';
import { NOGTREE } from './records.js';

const COUNTS = ['dirs', 'files', 'links', 'others', 'size'] as const;
const REPLACEMENT = '\ufffd';

/**
 * What is wrong with a record, in words; null if nothing is. Further fields are accepted, as well as
 * any YAML that means the same.
 * @param facet whose record it is; those of `stat`, `sha` and `meta` have a form of their own, all others a name
 * @param path of the record in its branch
 */
export function describeMistake(facet: string, path: ByteString, body: Buffer): string | null {
  if (facet === 'meta') return metadataMistake(body);
  const fields = parseRecord(body);
  if (fields === null) return 'the record is not a YAML mapping';
  const name = nameMistake(fields, path);
  if (name !== null) return name;
  if (facet === 'stat') return statMistake(fields, path);
  if (facet === 'verify' && parseFinding(body) === null) return 'the record is no finding of verify';
  return facet === 'sha' ? shaMistake(fields, path) : null;
}

function metadataMistake(body: Buffer): string | null {
  try {
    decodeMetadata(body);
    return null;
  } catch (error) {
    if (error instanceof FsoError) return error.message;
    throw error;
  }
}

/** Bytes that are not UTF-8 have no exact counterpart in a record, nor have blanks in old ones. */
function nameMistake(fields: RecordFields, path: ByteString): string | null {
  const name = fields.get('name');
  if (typeof name !== 'string') return 'the record has no name';
  const parts = plainTextOfBytes(path).split('/');
  const expected = parts.at(-1) === NOGTREE ? (parts.at(-2) ?? 'root') : (parts.at(-1) ?? '');
  if (expected.includes(REPLACEMENT) || name.trim() === expected.trim()) return null;
  return `the record is about ${JSON.stringify(name)}`;
}

function statMistake(fields: RecordFields, path: ByteString): string | null {
  if (path === NOGTREE) {
    const git = fields.has('git') ? ['git_mtime', ...COUNTS.map((key) => `git_${key}`)] : [];
    return missingInteger(fields, ['mtime', ...COUNTS, 'mtime_min', 'mtime_max', ...git]) ?? missingText(fields, 'attrs', /^i?$/);
  }
  if (path.endsWith(`/${NOGTREE}`)) return missingInteger(fields, ['mtime']);
  const isTree = fields.has('dirs') || fields.has('submodule');
  const submodule = fields.has('submodule') ? missingText(fields, 'submodule', /^([0-9a-f]{40}|[0-9a-f]{64})$/) : null;
  return missingInteger(fields, ['mtime', ...(isTree ? COUNTS : ['size'])]) ?? submodule;
}

function shaMistake(fields: RecordFields, path: ByteString): string | null {
  // Directories and nogbundles have only a name, submodules their commit.
  const isFile = path !== NOGTREE && !path.endsWith(`/${NOGTREE}`) && ['size', 'sha1', 'sha256'].some((key) => fields.has(key));
  if (!isFile) return null;
  return (
    missingInteger(fields, ['size']) ?? missingText(fields, 'sha1', /^[0-9a-f]{40}$/) ?? missingText(fields, 'sha256', /^[0-9a-f]{64}$/)
  );
}

function missingInteger(fields: RecordFields, keys: readonly string[]): string | null {
  const key = keys.find((one) => !(typeof fields.get(one) === 'bigint' || Number.isInteger(fields.get(one))));
  return key === undefined ? null : `${key} is no integer`;
}

function missingText(fields: RecordFields, key: string, pattern: RegExp): string | null {
  const value = fields.get(key);
  return typeof value === 'string' && pattern.test(value) ? null : `${key} is not what it should be`;
}
