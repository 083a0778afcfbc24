// Loads the command line: one file, with what V8 compiled of it when it was built. Compiling it anew would take nearly as long as
// the start of Node.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { crc32 } = require('node:zlib');

/** The checksum in front of compiled code, padded: V8 wants its own data aligned. */
const HEADER_BYTES = 8;

/** Where compiled code is: beside its source, where nobody can write who cannot replace that; for one version of Node. */
function codeCachePath(bundle) {
  return `${bundle}.${process.version}-${process.arch}.cache`;
}

/** The file of compiled code: V8 itself compares no more of the source than its length. */
function codeCacheFile(source, code) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(crc32(code, crc32(source)));
  return Buffer.concat([header, code]);
}

/** What V8 compiled of `source`; undefined if there is nothing that belongs to it. */
function readCodeCache(bundle, source) {
  let file;
  try {
    file = fs.readFileSync(codeCachePath(bundle));
  } catch {
    return undefined;
  }
  const code = file.subarray(HEADER_BYTES);
  return file.length > HEADER_BYTES && file.readUInt32LE() === crc32(code, crc32(source)) ? code : undefined;
}

/**
 * Compiles a module in CommonJS that is ASCII, so that its text needs no decoding. Where its compiled code is missing, or was made by
 * another version or with other flags of V8, it is compiled as any other module is.
 * @returns its exports, what to call for its code as it was compiled so far, and whether that came from `codeCachePath`
 */
function loadBundle(bundle) {
  const source = fs.readFileSync(bundle);
  const cachedData = readCodeCache(bundle, source);
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

module.exports = { codeCachePath, loadBundle };
