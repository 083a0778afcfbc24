import { isUtf8 } from 'node:buffer';
import { oidToHex } from '../../git/objects/object-id.js';
import type { HeadFacet } from '../../shadow/facets.js';
import { HEAD_FACETS } from '../../shadow/facets.js';
import type { ShownEntry, ShownPath } from '../../history/show.js';
import { fieldsOf, metadataOf } from '../../history/show.js';
import { compactJson, sortedByKey } from '../../record/metadata-json.js';
import type { ByteString } from '../../util/byte-string.js';
import type { JsonField } from './json-text.js';
import { jsonPath } from './json-values.js';
import { safePath, safeText } from '../../util/text/safe-text.js';
import { rfc3339 } from './timestamp.js';

const ABBREVIATED = 10;
const SECONDS_FIELD = /^(git_)?mtime(_min|_max)?$/;

function isText(body: Buffer): boolean {
  return isUtf8(body) && !body.includes(0);
}

function fieldLine(key: string, value: string | number | bigint): string {
  if (typeof value === 'string') return safeText(`${key}: ${JSON.stringify(value)}`);
  const isTime = SECONDS_FIELD.test(key) && (typeof value === 'bigint' || Number.isInteger(value));
  return `${safeText(key)}: ${value}${isTime ? `  (${rfc3339(value)})` : ''}`;
}

function contentLines(body: Buffer): string[] {
  if (!isText(body)) return [`${body.length} bytes that are not text`];
  return body.toString('utf8').replace(/\n$/, '').split('\n').map(safeText);
}

function entryLines(facet: HeadFacet, path: ByteString, entry: ShownEntry): string[] {
  const { kind, body, gitlink } = entry;
  if (kind === 'directory') return ['a directory without a record of its own'];
  if (kind === 'symlink') return [`-> ${safePath(body.toString('latin1'))}`];
  if (gitlink !== null) return [`submodule ${oidToHex(gitlink)}`];
  if (facet === 'content') return contentLines(body);
  if (facet === 'meta') return sortedByKey(metadataOf(path, entry)).map(([key, value]) => safeText(`${key}: ${compactJson(value)}`));
  return [...fieldsOf(path, entry)].map(([key, value]) => fieldLine(key, value));
}

/** What is recorded about a path, for people: the facets in turn, each with its commit. */
export function shownLines(path: ByteString, shown: ShownPath): string[] {
  return HEAD_FACETS.flatMap((facet) => {
    const entry = shown[facet];
    if (entry === null) return [`${facet}: nothing`];
    const title = `${facet} ${oidToHex(entry.commit).slice(0, ABBREVIATED)}:`;
    return [title, ...entryLines(facet, path, entry).map((line) => `  ${line}`.trimEnd())];
  });
}

function valueJson(facet: HeadFacet, path: ByteString, entry: ShownEntry): Record<string, JsonField> {
  const { kind, body, gitlink } = entry;
  if (kind === 'directory') return {};
  if (kind === 'symlink') return jsonPath('symlink', body.toString('latin1'));
  if (gitlink !== null) return { gitlink: oidToHex(gitlink) };
  if (facet === 'meta') return { metadata: Object.fromEntries(metadataOf(path, entry)) as JsonField };
  if (facet !== 'content') return { record: Object.fromEntries(fieldsOf(path, entry)) };
  return isText(body) ? { size: body.length, text: body.toString('utf8') } : { size: body.length, base64: body.toString('base64') };
}

/** What is recorded about a path as a JSON object; null for facets that have nothing. */
export function shownJson(path: ByteString, shown: ShownPath): JsonField {
  const facets = HEAD_FACETS.map((facet): [string, JsonField] => {
    const entry = shown[facet];
    if (entry === null) return [facet, null];
    return [facet, { commit: oidToHex(entry.commit), kind: entry.kind, ...valueJson(facet, path, entry) }];
  });
  return { ...jsonPath('path', path === '' ? '.' : path), ...Object.fromEntries(facets) };
}
