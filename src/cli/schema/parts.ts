import * as z from 'zod';

/** Non-negative. */
export const count = z.int().min(0);
/** May be beyond what a double holds exactly, as it is in files with odd times or sizes. */
export const integer = z.number();
export const text = z.string();
export const sha1 = z.string().regex(/^[0-9a-f]{40}$/);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** ISO 8601 with an offset from UTC. */
export const time = z.iso.datetime({ offset: true });

/** A path as text under a key; where it is not UTF-8, its bytes in base64 beside it. */
export function pathField<Key extends string>(key: Key) {
  return { [key]: text, [`${key}Bytes`]: text.optional() } as Record<Key, typeof text> & Record<`${Key}Bytes`, z.ZodOptional<typeof text>>;
}

/** Like `pathField`, of a path that need not be there. */
export function pathOrNull<Key extends string>(key: Key) {
  const path = { [key]: text.nullable(), [`${key}Bytes`]: text.optional() };
  return path as Record<Key, z.ZodNullable<typeof text>> & Record<`${Key}Bytes`, z.ZodOptional<typeof text>>;
}

/** Why something failed, and what to do about it. */
export const error = z.strictObject({ message: text, remedy: text.optional() });

/** Another name of a directory. */
export const rename = z.strictObject({ ...pathField('from'), ...pathField('to'), command: text, forget: text.nullable() });

/** A path that could not be read. */
export const problemAt = z.strictObject({ ...pathField('path'), message: text, remedy: text.optional(), code: text.optional() });
export const warningAt = z.strictObject({ ...pathField('path'), message: text });
