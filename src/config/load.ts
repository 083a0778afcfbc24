import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { MisplacedRoot } from '../rescan/guard/root-places.js';
import { misplacedRoots, pathAsWritten, rootsWithShadow } from '../rescan/guard/root-places.js';
import { bytesOfText, fsPath, textOfBytes } from '../util/byte-string.js';
import { errnoOf } from '../util/errors.js';
import { reasonOf } from '../util/system-errors/system-error.js';
import { NOT_UTF8 } from '../util/text/safe-text.js';
import { crossCheck } from './cross-checks.js';
import { globWarnings } from './glob-warnings.js';
import type { ConfigProblem, Mistake } from './yaml/problems.js';
import { ConfigError } from './yaml/problems.js';
import { resolveConfig } from './resolve.js';
import { checkSchema } from './schema/schema-mistakes.js';
import type { Config } from './types.js';
import { YamlSource } from './yaml/yaml-source.js';

/** More than anybody writes, and less than what the parser has trouble with. */
const MOST_BYTES = 1 << 19;
const LONGEST_LINE = 8192;
/** The mark that such files begin with, in either order of bytes. */
const UTF_16 = /^(\xff\xfe|\xfe\xff)/;

const NOT_TEXT = new RegExp(`[${NOT_UTF8}]`, 'u');

/** How places are compared: as they are written, or where they are, for which filesystems must answer. */
export type PlaceCheck = 'written' | 'real';

/**
 * Reads a configuration file.
 * @throws ConfigError that lists all mistakes with line and column; nothing else
 */
export function loadConfig(path: string, places: PlaceCheck = 'written'): Config {
  return parseConfig(readConfigFile(path), path, places);
}

/**
 * Reads a configuration in YAML from memory.
 * @param file what to call it in messages
 * @throws ConfigError that lists all mistakes with line and column; nothing else
 * @internal for tests
 */
export function parseConfig(bytes: Buffer, file: string, places: PlaceCheck = 'written'): Config {
  if (bytes.length > MOST_BYTES) {
    throw new ConfigError(file, [], { message: `${file}: is larger than ${MOST_BYTES} bytes, the limit for a configuration` });
  }
  if (UTF_16.test(bytes.toString('latin1', 0, 2))) {
    throw new ConfigError(file, [], { message: `${file}: is UTF-16`, remedy: 'save it as UTF-8' });
  }
  try {
    // Names are bytes, in this file, too.
    return parseText(textOfBytes(bytes.toString('latin1')).replace(/^\uFEFF/, ''), file, places);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The parser recurses, and limits what aliases stand for, by exceptions of its own.
    const message = error instanceof RangeError ? 'nested too deeply' : String(error instanceof Error ? error.message : error);
    throw new ConfigError(file, [{ line: 1, column: 1, path: '', message }], { cause: error });
  }
}

function parseText(text: string, file: string, places: PlaceCheck): Config {
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
  const warnings = [...bytesThatAreNoText(text), ...globWarnings(schema.file.roots).map((mistake) => source.locate(mistake))];
  const config = { ...resolveConfig(file, schema.file), warnings: inOrder(warnings) };
  const overlaps = places === 'real' ? misplacedRoots(config) : rootsWithShadow(config, pathAsWritten);
  if (overlaps.length > 0) throw new ConfigError(file, inOrder(overlaps.map((overlap) => source.locate(mistakeOf(overlap)))));
  return config;
}

function mistakeOf({ index, message }: MisplacedRoot): Mistake {
  return { path: ['roots', index, 'path'], message };
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

/** A file in another encoding would be one of other names: that is told once, at the first byte that shows it. */
function bytesThatAreNoText(text: string): ConfigProblem[] {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => NOT_TEXT.test(line));
  if (index < 0) return [];
  const column = lines[index]!.search(NOT_TEXT);
  const escape = `\\u${lines[index]!.charCodeAt(column).toString(16)}`;
  const message = `a byte that is not UTF-8 stands for itself; if a name has it, write it as ${escape} in double quotes, else save ` +
    `the file as UTF-8`;
  return [{ line: index + 1, column: column + 1, path: '', message }];
}

function readConfigFile(path: string): Buffer {
  try {
    const fd = openSync(fsPath(bytesOfText(path)), constants.O_RDONLY | constants.O_NONBLOCK);
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
    const isAbsent = errnoOf(error) === 'ENOENT';
    const reason = isAbsent ? 'no such configuration file' : `cannot be read: ${reasonOf(error)}`;
    const remedy = isAbsent
      ? 'name the file with --config, or write one as docs/configuration.md shows'
      : 'name the file with --config, or see to it that this one can be read';
    throw new ConfigError(path, [], { message: `${path}: ${reason}`, remedy, cause: error });
  }
}
