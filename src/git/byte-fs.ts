import { promises } from 'node:fs';
import { fsPath } from '../util/byte-string.js';
import type { ByteString } from '../util/byte-string.js';

type Encoding = BufferEncoding | { readonly encoding?: BufferEncoding } | undefined;

/** What there is to say about a try to write through an adapter that only reads. */
function refuse(): never {
  throw new Error('this file system is read-only');
}

/**
 * A reading file system for isomorphic-git in which paths are byte strings, so that repositories
 * below directories with any name can be read. Writing is refused: its writes are neither durable
 * nor safe beside other processes.
 */
export const byteFs = {
  promises: {
    readFile: (path: ByteString, options?: Encoding) => promises.readFile(fsPath(path), options),
    readdir: (path: ByteString) => promises.readdir(fsPath(path), 'latin1'),
    stat: (path: ByteString) => promises.stat(fsPath(path)),
    lstat: (path: ByteString) => promises.lstat(fsPath(path)),
    readlink: (path: ByteString) => promises.readlink(fsPath(path), 'latin1'),
    writeFile: refuse,
    mkdir: refuse,
    rmdir: refuse,
    unlink: refuse,
    symlink: refuse,
  },
};
