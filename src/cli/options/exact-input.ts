import { readFileSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../../util/byte-string.js';
import { bytesOfText, plainTextOfBytes, textOfBytes } from '../../util/byte-string.js';
import { workingDirectory } from '../../util/process/working-directory.js';

/*
 * Arguments and variables are bytes, but Node hands them over as text, with U+FFFD for each byte that is not part of UTF-8. Where
 * that has happened they are read again from the kernel, as text that stands for any bytes (`textOfBytes`); so options, their
 * values and abbreviations are what they were.
 */

const REPLACED = '\uFFFD';

/** A file of proc(5) about this process in which each item ends with NUL; empty where that cannot be read. */
function itemsOf(name: 'cmdline' | 'environ'): readonly ByteString[] {
  try {
    return readFileSync(`/proc/self/${name}`, 'latin1').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/**
 * The arguments of the command line without loss, for `bytesOfText`.
 * @param argv the last arguments of this process, as Node has them; others are returned as they are
 */
export function exactArguments(argv: readonly string[]): readonly string[] {
  if (!argv.some((argument) => argument.includes(REPLACED))) return argv;
  // What comes before is Node's own: its options, and the name of the program.
  const raw = itemsOf('cmdline').slice(-argv.length);
  const isSame = raw.length === argv.length && raw.every((bytes, index) => plainTextOfBytes(bytes) === argv[index]);
  return isSame ? raw.map(textOfBytes) : argv;
}

/**
 * Environment variables without loss, for `bytesOfText`.
 * @param env of this process; what was changed since it started stays as it is
 */
export function exactEnvironment(env: Record<string, string | undefined>): Record<string, string | undefined> {
  if (!Object.values(env).some((value) => value?.includes(REPLACED) === true)) return env;
  const exact = { ...env };
  for (const item of itemsOf('environ')) {
    const equals = item.indexOf('=');
    const name = item.slice(0, equals);
    const value = item.slice(equals + 1);
    if (equals > 0 && env[name] === plainTextOfBytes(value)) exact[name] = textOfBytes(value);
  }
  return exact;
}

/** The working directory; `/` if it was deleted. */
export function workingDirectoryBytes(): ByteString {
  const text = workingDirectory();
  if (!text.includes(REPLACED)) return bytesOfText(text);
  const bytes = readlinkSync('/proc/self/cwd', 'latin1');
  return plainTextOfBytes(bytes) === text ? bytes : bytesOfText(text);
}
