// Loads the command line: one file, with what V8 compiled of it when it was built. Compiling it anew would take nearly as long as
// the start of Node.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/** The checksum in front of compiled code, padded: V8 wants its own data aligned. */
const HEADER_BYTES = 8;

/** Commands for which there is compiled code of their own: what V8 must read of it for them is two thirds of that for all. */
const OWN_CODE = ['stat'];

/** Which compiled code serves a command best. */
function purposeOf(command) {
  return OWN_CODE.includes(command) ? command : 'all';
}

/** Where compiled code is: beside its source, where nobody can write who cannot replace that; for one version of Node. */
function codeCachePath(bundle, purpose = 'all') {
  return `${bundle}.${process.version}-${process.arch}.${purpose}.cache`;
}

/** The file of compiled code: V8 itself compares no more of the source than its length. */
function codeCacheFile(source, code) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(crc32(code, crc32(source)));
  return Buffer.concat([header, code]);
}

/** What V8 compiled of `source`; undefined if there is nothing that belongs to it. */
function readCodeCache(file, source) {
  let bytes;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return undefined;
  }
  const code = bytes.subarray(HEADER_BYTES);
  return bytes.length > HEADER_BYTES && bytes.readUInt32LE() === crc32(code, crc32(source)) ? code : undefined;
}

/**
 * Compiles a module in CommonJS that is ASCII, so that its text needs no decoding. Where its compiled code is missing, or was made by
 * another version or with other flags of V8, it is compiled as any other module is.
 * @param purpose one that `purposeOf` returns
 * @returns its exports, what to call for its code as it was compiled so far, and whether that came from `codeCachePath`
 */
function loadBundle(bundle, purpose = 'all') {
  const source = fs.readFileSync(bundle);
  const cachedData = readCodeCache(codeCachePath(bundle, purpose), source);
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source.latin1Slice()}\n})`, {
    filename: bundle,
    cachedData,
  });
  const module = { exports: {} };
  script.runInThisContext().call(module.exports, module.exports, require, module, bundle, path.dirname(bundle));
  return {
    exports: module.exports,
    isCached: cachedData !== undefined && script.cachedDataRejected === false,
    codeCache: () => codeCacheFile(source, script.createCachedData()),
  };
}

module.exports = { codeCachePath, loadBundle, purposeOf };
