import type { ByteString } from '../util/byte-string.js';
import { bytesOfText } from '../util/byte-string.js';
import { UsageError } from '../util/errors.js';

/** A value of metadata. Numbers are doubles. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Metadata of one path: keys and values. */
export type Metadata = ReadonlyMap<string, JsonValue>;

/** Deeper values are refused, since they would exhaust the stack. */
const MAX_DEPTH = 1000;

// An escaped pair of surrogates, an escaped surrogate, any other escape: in this order each escape is seen once.
const ESCAPE = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}|\\./gs;
const LONE_SURROGATE_LENGTH = '\\ud800'.length;

// JSON.stringify would shorten backspace and form feed as well.
const SPECIALS = /["\\\x00-\x1f\u2028\u2029]/g;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Parses JSON. Of duplicate keys the last one wins, a lone surrogate becomes U+FFFD (before keys are
 * compared, so that no two keys of the result are the same text).
 * @throws UsageError if the text is not JSON, or has a number that no double can hold
 */
export function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(
      text.toWellFormed().replace(ESCAPE, (escape) =>
        escape.length === LONE_SURROGATE_LENGTH ? '\\ufffd' : escape),
    ) as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`not JSON: ${error.message}`);
  }
  check(value, 0);
  return value;
}

/**
 * Refuses what a program gives and JSON has not got: dates, functions, holes in lists, what contains itself.
 * @param key whose value it is
 * @throws UsageError that names the key
 */
export function requireJson(value: unknown, key: string): asserts value is JsonValue {
  try {
    check(value, 0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${JSON.stringify(key)}: ${error.message}`);
  }
}

function check(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new UsageError(`JSON is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw new UsageError('NaN is not JSON');
    if (!Number.isFinite(value)) throw new UsageError('a number in the JSON is too big');
    return;
  }
  if (typeof value !== 'object' || !isPlain(value)) throw new UsageError(`${nameOf(value)} is not JSON`);
  // Unlike Object.values, this sees holes.
  for (const item of Array.isArray(value) ? value.values() : Object.values(value)) check(item, depth + 1);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : `a value of type ${typeof value}`;
}

/**
 * Parses a JSON object; `null` counts as one without keys.
 * @throws UsageError for anything else
 */
export function parseMetadata(json: string): Metadata {
  const value = parseJson(json);
  if (value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw new UsageError('not a JSON object');
  return new Map(Object.entries(value));
}

/**
 * A value as compact JSON: keys sorted by their UTF-8 bytes, numbers as short as possible, control
 * characters, U+2028 and U+2029 escaped, everything else as it is.
 */
export function compactJson(value: JsonValue): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(compactJson).join(',')}]`;
  return metadataJson(new Map(Object.entries(value)));
}

/** Metadata as one compact JSON object, in the form of `compactJson`. */
export function metadataJson(metadata: Metadata): string {
  return `{${sortedByKey(metadata).map(([key, value]) => `${quote(key)}:${compactJson(value)}`).join(',')}}`;
}

/** Keys and values, sorted by the UTF-8 bytes of the keys. */
export function sortedByKey(metadata: Metadata): [key: string, value: JsonValue][] {
  const byBytes = new Map<string, ByteString>([...metadata.keys()].map((key) => [key, bytesOfText(key)]));
  const bytesOf = (key: string): ByteString => byBytes.get(key) ?? '';
  return [...metadata].sort(([a], [b]) => (bytesOf(a) < bytesOf(b) ? -1 : 1));
}

function quote(text: string): string {
  const escaped = text.toWellFormed().replace(SPECIALS, (character) =>
    SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}
