import { realpathSync } from 'node:fs';
import { AppendedFile } from '../../storage/appended-file.js';
import { isAtOrBelow } from '../../shadow/layout/locate.js';
import type { ByteString } from '../../util/byte-string.js';
import { directoryOf, fsPath, textOfBytes } from '../../util/byte-string.js';
import { FsoError, UsageError, unlessErrno } from '../../util/errors.js';
import { reasonOf } from '../../util/system-errors/system-error.js';
import { safeText } from '../../util/text/safe-text.js';
import { traceTo } from '../../util/trace.js';
import type { CliContext } from '../context.js';
import { absolutePath } from '../context.js';

/** Values of GIT_FSO_TRACE that name no file. */
const OFF = ['', '0', 'false', 'no', 'off'];
const ON = ['1', 'true', 'yes', 'on'];

const REMEDY = 'name another file in GIT_FSO_TRACE, or use --trace for standard error';

/**
 * Has what is decided about paths told on standard error, for `--trace`, or as GIT_FSO_TRACE says: there, or at the end of the
 * file that it names, relative to the directory of the call. The file is opened when the command knows which directories it is about.
 */
export function startTrace(context: CliContext, isAsked: boolean): void {
  const value = context.env['GIT_FSO_TRACE'] ?? '';
  if (isAsked || ON.includes(value)) traceTo((line) => void context.stderr.write(`trace: ${line}\n`));
  else if (!OFF.includes(value)) context.traceFile = { path: absolutePath(context, value), isOpen: false };
}

/**
 * Opens the file of GIT_FSO_TRACE, if it names one, once.
 * @param realdirs what the command is about: nothing is written there
 * @throws UsageError if the file would be in one of them; FsoError if it cannot be written
 */
export function openTrace(context: CliContext, realdirs: readonly ByteString[]): void {
  const { traceFile } = context;
  if (traceFile === null) return;
  const { path } = traceFile;
  const places = [path, realPathOf(directoryOf(path))];
  const owner = realdirs.find((realdir) => places.some((place) => [realdir, realPathOf(realdir)].some((one) => isAtOrBelow(place, one))));
  if (owner !== undefined) {
    throw new UsageError(`${textOfBytes(path)}: the trace would be in ${textOfBytes(owner)}, where nothing is written`, { remedy: REMEDY });
  }
  if (traceFile.isOpen) return;
  traceFile.isOpen = true;
  traceTo(toFile(context, path));
}

function realPathOf(directory: ByteString): ByteString {
  return unlessErrno(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'], directory, () => realpathSync(fsPath(directory), 'latin1'));
}

function toFile(context: CliContext, path: ByteString): (line: string) => void {
  const failure = (error: unknown): string => {
    const message = reasonOf(error);
    const known = `${textOfBytes(path)}: `;
    return `${known}the trace cannot be written: ${message.startsWith(known) ? message.slice(known.length) : message}`;
  };
  let file: AppendedFile | null;
  try {
    file = new AppendedFile(path);
  } catch (error) {
    throw new FsoError(failure(error), { remedy: REMEDY, cause: error });
  }
  return (line) => {
    try {
      file?.append(`trace: ${line}\n`);
    } catch (error) {
      // What is recorded does not depend on it.
      file?.close();
      file = null;
      context.stderr.write(`git-fso: ${safeText(failure(error))}; what is recorded does not depend on it\n  ${REMEDY}\n`);
    }
  };
}
