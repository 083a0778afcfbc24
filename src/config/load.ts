import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../util/errors.js';
import { crossCheck } from './cross-checks.js';
import type { ConfigProblem, Mistake } from './problems.js';
import { ConfigError } from './problems.js';
import { resolveConfig } from './resolve.js';
import { checkSchema } from './schema-mistakes.js';
import { checkShadowInRoots } from './shadow-in-root.js';
import type { Config } from './types.js';
import { YamlSource } from './yaml-source.js';

/** More than anybody writes, and less than what the parser has trouble with. */
const MOST_BYTES = 1 << 19;
const LONGEST_LINE = 8192;

/**
 * Reads a configuration file.
 * @throws ConfigError that lists all mistakes with line and column; nothing else
 */
export function loadConfig(path: string): Config {
  return parseConfig(readConfigFile(path), path);
}

/**
 * Reads a configuration in YAML from memory.
 * @param file what to call it in messages
 * @throws ConfigError that lists all mistakes with line and column; nothing else
 */
export function parseConfig(bytes: Buffer, file: string): Config {
  if (bytes.length > MOST_BYTES) {
    throw new ConfigError(file, [], { message: `${file}: is larger than ${MOST_BYTES} bytes, the limit for a configuration` });
  }
  if (!isUtf8(bytes)) throw new ConfigError(file, [placeOfInvalidByte(bytes)]);
  try {
    return parseText(bytes.toString('utf8').replace(/^\uFEFF/, ''), file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The parser recurses, and limits what aliases stand for, by exceptions of its own.
    const message = error instanceof RangeError ? 'nested too deeply' : String(error instanceof Error ? error.message : error);
    throw new ConfigError(file, [{ line: 1, column: 1, path: '', message }], { cause: error });
  }
}

function parseText(text: string, file: string): Config {
  const longLine = text.split('\n').findIndex((line) => line.length > LONGEST_LINE);
  if (longLine >= 0) {
    const message = `is longer than ${LONGEST_LINE} characters, the limit for a line`;
    throw new ConfigError(file, [{ line: longLine + 1, column: LONGEST_LINE + 1, path: '', message }]);
  }
  const source = new YamlSource(text);
  const syntax = source.syntaxProblems();
  if (syntax.length > 0) throw new ConfigError(file, inOrder(syntax));
  source.keepAsText(['shadowMode']);
  const value = source.value();
  const schema = checkSchema(value);
  const mistakes = [...schema.mistakes, ...crossCheck(value), ...foldedTexts(source, value)];
  const problems = [...source.duplicateKeys(), ...mistakes.map((mistake) => source.locate(mistake))];
  if (schema.file === null || problems.length > 0) throw new ConfigError(file, inOrder(problems));
  const config = resolveConfig(file, schema.file);
  const overlaps = checkShadowInRoots(config);
  if (overlaps.length > 0) throw new ConfigError(file, inOrder(overlaps.map((mistake) => source.locate(mistake))));
  return config;
}

/** Patterns that were meant to be one a line, but that YAML has joined into one. */
function foldedTexts(source: YamlSource, value: unknown): Mistake[] {
  const roots = (value as { roots?: unknown } | null)?.roots;
  if (!Array.isArray(roots)) return [];
  const message = 'these lines are joined into one; put | behind the colon';
  const paths = roots.flatMap((_, index) => ['patterns', 'enabledPaths', 'initPolicy'].map((key) => ['roots', index, key]));
  return paths.filter((path) => source.isFolded(path)).map((path) => ({ path, message }));
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

function placeOfInvalidByte(bytes: Buffer): ConfigProblem {
  const lines = bytes.toString('latin1').split('\n').map((line) => Buffer.from(line, 'latin1'));
  const index = lines.findIndex((line) => !isUtf8(line));
  const column = lines[index]!.toString('utf8').indexOf('\uFFFD') + 1;
  return { line: index + 1, column, path: '', message: 'is not UTF-8 text' };
}

function readConfigFile(path: string): Buffer {
  try {
    const fd = openSync(path, 'r');
    try {
      if (!fstatSync(fd).isFile()) throw new ConfigError(path, [], { message: `${path}: is not a regular file` });
      const bytes = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (let count = -1; count !== 0; length += count) count = readSync(fd, bytes, length, bytes.length - length, null);
      return bytes.subarray(0, length);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = errnoOf(error) === 'ENOENT' ? 'no such configuration file' : `cannot be read: ${String(error)}`;
    throw new ConfigError(path, [], { message: `${path}: ${reason}`, remedy: errnoOf(error) === 'ENOENT' ? 'name the file with --config, or write one as docs/configuration.md shows' : 'name the file with --config', cause: error });
  }
}
