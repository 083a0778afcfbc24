import { randomUUID } from 'node:crypto';
import type { ByteString } from '../../util/byte-string.js';

/** Names with `.fso` at the end are those of 0.2.0. */
const TEMPORARY = /^\.tmp-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.fso)?$/;

/** A name for a directory in the making, below a shadow root; nobody takes it for a shadow repo or a mirror. */
export function temporaryName(uuid: string = randomUUID()): ByteString {
  return `.tmp-${uuid}`;
}

/** True for the name of a directory in the making. */
export function isTemporaryName(name: ByteString): boolean {
  return TEMPORARY.test(name);
}
