import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readUserConfig } from '../git/config/user-config.js';
import { programPath } from '../util/process/programs.js';
import { withInheritedUmask } from '../util/process/umask.js';
import type { CliContext } from './context.js';
import { TextOutput } from './text-output.js';

/** Quits if all fits on the screen, shows colours, and leaves the text there, as for Git. */
const LESS = 'FRX';

/** The pager that Git would use, git-var(1), in the syntax of the shell; null for none. The configuration of shadow repos has no say. */
function pagerFor(env: CliContext['env']): string | null {
  const { command, files } = readUserConfig(env);
  const pager = env['GIT_PAGER'] ?? command.get('core.pager') ?? files.get('core.pager') ?? env['PAGER'] ?? 'less';
  return pager.trim() === '' || pager.trim() === 'cat' ? null : pager;
}

/**
 * Shows on a terminal what people read through a pager, as Git does; other output goes where it always goes.
 * @param isForPeople false for JSON and the like
 * @param action writes the output
 */
export async function withPager(context: CliContext, isForPeople: boolean, action: (stdout: TextOutput) => Promise<void>): Promise<void> {
  const pager = isForPeople && context.stdout.isTTY ? pagerFor(context.env) : null;
  if (pager === null) return action(context.stdout);
  const env = { LESS, LV: '-c', ...context.env, PATH: programPath() };
  const child = withInheritedUmask(() => spawn('/bin/sh', ['-c', pager], { cwd: '/', env, stdio: ['pipe', 'inherit', 'inherit'] }));
  const ended = once(child, 'close');
  // Who leaves the pager has read enough.
  child.stdin.on('error', () => undefined);
  try {
    await action(new TextOutput(child.stdin));
  } finally {
    child.stdin.end();
    await ended;
  }
}
