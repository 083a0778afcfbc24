import { hash } from 'node:crypto';

/**
 * A Git object id (SHA-1) as a byte string of 20 characters. It is the form in which ids stand in
 * tree objects, half as long as hexadecimal, and compares without conversion.
 */
export type Oid = string & { readonly brand: unique symbol };

/** Object types of Git that shadow repos contain. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** Converts 40 hexadecimal digits; the caller has checked them. */
export function oidFromHex(hex: string): Oid {
  return Buffer.from(hex, 'hex').toString('latin1') as Oid;
}

/** The 40 lower-case hexadecimal digits of an id. */
export function oidToHex(oid: Oid): string {
  return Buffer.from(oid, 'latin1').toString('hex');
}

/** The id that Git gives to an object with this body. A string body must be ASCII. */
export function hashObject(type: ObjectType, body: Buffer | string): Oid {
  if (typeof body === 'string') {
    return hash('sha1', `${type} ${body.length}\0${body}`, 'latin1' as 'hex') as Oid;
  }
  return hash('sha1', Buffer.concat([Buffer.from(`${type} ${body.length}\0`, 'latin1'), body]), 'latin1' as 'hex') as Oid;
}
