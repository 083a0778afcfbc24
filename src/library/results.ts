import type { Oid } from '../git/objects/object-id.js';
import { oidToHex } from '../git/objects/object-id.js';
import { textOfBytes } from '../util/byte-string.js';

/** Members of results that are object ids; others of that type would be `never` in what the library gives. */
const IDS = ['commit', 'stub', 'gitlink'] as const;
type IdKey = (typeof IDS)[number];

/** Members of results that are paths, or lists of paths, or other text of any bytes. */
const PATHS: ReadonlySet<string> = new Set([
  'realdir', 'shadow', 'root', 'path', 'outer', 'directory', 'from', 'to', 'place', 'symlink', 'conflicts', 'bundled', 'unbundled',
  'line',
]);

/** Bytes of an object id inside; one of the library has 40 hexadecimal digits already. */
const ID_BYTES = 20;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;
type Unchanged = Primitive | Date | Error | Uint8Array | ReadonlySet<unknown> | ((...args: never[]) => unknown);

/** What the library gives for a value of the core: ids have 40 hexadecimal digits, paths are text. */
export type Public<T> = T extends Unchanged
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<K, Public<V>>
    : T extends readonly (infer E)[]
      ? readonly Public<E>[]
      : { readonly [K in keyof T]: Extract<T[K], Oid> extends never ? Public<T[K]> : K extends IdKey ? IdText<T[K]> : never };

/** An id in hexadecimal where there was one, and null where there was none. */
type IdText<T> = Exclude<T, Oid> | string;

/** Converts a result or an event of the core; nothing else has object ids and byte strings on the way out. */
export function toPublic<T>(value: T): Public<T> {
  return converted(value, '') as Public<T>;
}

function converted(value: unknown, key: string): unknown {
  if (typeof value === 'string') return convertedText(value, key);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => converted(each, key));
  if (value instanceof Map) return new Map([...value].map(([name, each]) => [name, converted(each, '')]));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, converted(each, name)]));
}

function convertedText(text: string, key: string): string {
  if ((IDS as readonly string[]).includes(key)) return text.length === ID_BYTES ? oidToHex(text as Oid) : text;
  return PATHS.has(key) ? textOfBytes(text) : text;
}
