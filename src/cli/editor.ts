import { spawnSync } from 'node:child_process';
import { FsoError } from '../util/errors.js';
import { reasonOf } from '../util/system-errors/system-error.js';
import { withInheritedUmask } from '../util/process/umask.js';

/**
 * Lets the user edit files in the editor of their choice, as Git does: `$VISUAL`, `$EDITOR`, else
 * vi, in the syntax of the shell.
 * @throws FsoError if there is no such editor, or if it says that it failed
 */
export function runEditor(env: Readonly<Record<string, string | undefined>>, paths: readonly string[]): void {
  const editor = [env['VISUAL'], env['EDITOR']].find((value) => value !== undefined && value.trim() !== '') ?? 'vi';
  const { status, signal, error } = withInheritedUmask(() =>
    spawnSync('/bin/sh', ['-c', `${editor} "$@"`, editor, ...paths], { stdio: 'inherit' }));
  if (status === 0) return;
  const ending = signal === null ? `exit status ${status ?? 'unknown'}` : `ended by ${signal}`;
  const reason = error === undefined ? ending : reasonOf(error);
  throw new FsoError(`the editor ${JSON.stringify(editor)} failed: ${reason}; nothing was changed`, {
    remedy: 'set VISUAL or EDITOR to an editor that works',
  });
}
