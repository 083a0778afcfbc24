import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where programs are looked for if the environment names no absolute directory. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let directories: readonly string[] = USUAL_PATH.split(delimiter);
const found = new Map<string, string | null>();

/**
 * Takes the search path of programs from the environment; to be called once, at the start. Only absolute directories
 * count: an empty or a relative entry is the working directory, which is a stranger's while a realdir is walked.
 */
export function useProgramPath(path: string | undefined): void {
  const absolute = (path ?? '').split(delimiter).filter(isAbsolute);
  directories = absolute.length > 0 ? absolute : USUAL_PATH.split(delimiter);
  found.clear();
}

/** The search path for programs that are started, as the variable PATH. */
export function programPath(): string {
  return directories.join(delimiter);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The absolute path of a program, by which it can be started whatever the working directory is. It is looked for once.
 * @returns null if there is none on the search path
 */
export function findProgram(name: string): string | null {
  let path = found.get(name);
  if (path === undefined) {
    path = directories.map((directory) => join(directory, name)).find(isProgram) ?? null;
    found.set(name, path);
  }
  return path;
}
