import { hash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';

const OID_DIGITS = 40;
/** git-pack-objects(1) looks at the last 16 characters of a path. */
const HINT_LENGTH = 16;
const NEWLINE = 0x0a;

/**
 * Turns the lines of `git rev-list --objects`, id and path, into input for `git pack-objects`, where each path is replaced
 * by a digest. Git compares objects whose paths end alike. Below a realdir many do: a thousand directories
 * are called `raw`, and the versions of one do not meet among all the others. With digests only equal paths are alike.
 */
export class PathHints extends Transform {
  private rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    this.rest = bytes.subarray(end);
    if (end > 0) this.push(bytes.toString('latin1', 0, end).split('\n').map(hinted).join('\n'), 'latin1');
    done();
  }
}

function hinted(line: string): string {
  const path = line.slice(OID_DIGITS + 1);
  return path === '' ? line : `${line.slice(0, OID_DIGITS)} ${hash('sha1', path, 'base64').slice(0, HINT_LENGTH)}`;
}
