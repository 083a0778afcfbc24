import { deflateSync } from 'node:zlib';
import { oidFromHex } from '../objects/object-id.js';
import type { ObjectReader } from '../objects/object-reader.js';
import { COMMIT_MAX } from '../objects/object-reader.js';

/** The Git directory in a filesystem of objects. */
export const GIT_DIRECTORY = '/repository';

const LOOSE_OBJECT = /^\/repository\/objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;

async function nothing(path: string): Promise<never> {
  throw Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}

function refuse(): never {
  throw new Error('this filesystem is read-only');
}

/**
 * A filesystem for isomorphic-git in which commits are the only files, each a loose object, whether it is one on disk or in a
 * pack. All of them come through an `ObjectReader`, so what holds for that one holds here: no link is followed, objects are
 * borrowed only where that is allowed, none is bigger than it may be, names of directories are any bytes.
 */
export function objectFs(reader: ObjectReader) {
  const readFile = async (path: string): Promise<Buffer> => {
    const [, directory, file] = LOOSE_OBJECT.exec(path) ?? [];
    if (directory === undefined || file === undefined) return nothing(path);
    const { type, body } = reader.read(oidFromHex(directory + file), COMMIT_MAX);
    // Without compression: it is unpacked again at once.
    return deflateSync(Buffer.concat([Buffer.from(`${type} ${body.length}\0`, 'latin1'), body]), { level: 0 });
  };
  return {
    promises: {
      readFile,
      readdir: nothing, stat: nothing, lstat: nothing, readlink: nothing,
      writeFile: refuse, mkdir: refuse, rmdir: refuse, unlink: refuse, symlink: refuse,
    },
  };
}
