import type { DaemonEvent } from '../../../rescan/schedule/daemon.js';
import { FsoError } from '../../../util/errors.js';
import { safeText } from '../../../util/text/safe-text.js';
import type { CliContext } from '../../context.js';
import { jsonLine } from '../json-text.js';
import { jsonError } from '../json-values.js';
import { isJournal, logLine } from '../log-line.js';
import { formatCount } from '../../../util/text/quantities.js';
import { EVENT_VERSION, jsonEvent } from './rescan-json.js';
import type { Line } from './rescan-text.js';
import { linesOfEvent } from './rescan-text.js';

/** What a daemon tells, and what goes wrong when its configuration is read again. */
export type ShownEvent = DaemonEvent | { readonly type: 'config-error'; readonly error: Error };

function linesOf(event: ShownEvent): readonly Line[] {
  if (event.type === 'config-error') {
    const { error } = event;
    const lines = error instanceof FsoError ? error.lines : [error.message];
    return lines.map((text) => ({ text: `failed to read the configuration again: ${safeText(text)}`, isError: true, isFailure: true }));
  }
  if (event.type !== 'daemon') return linesOfEvent(event, false);
  const isFinishing = event.state === 'stopping' && event.running > 0;
  return [
    { text: `${event.state}${isFinishing ? `: finishing ${formatCount(event.running, 'repo')}` : ''}`, isError: false, isFailure: false },
  ];
}

function jsonOf(event: ShownEvent): Record<string, unknown> | null {
  if (event.type === 'daemon') return { type: 'daemon', state: event.state, running: event.running };
  if (event.type === 'config-error') return { type: 'config-error', error: jsonError(event.error) };
  return jsonEvent(event);
}

/** How often a root that cannot be used is worth a line, in milliseconds. */
const REPEAT_AFTER_MS = 3_600_000;

/** Roots are looked at very often: that is worth a line if it has found something else than before. */
function newsFilter(): (event: ShownEvent) => boolean {
  const last = new Map<string, { readonly found: string; readonly at: number }>();
  return (event) => {
    if (event.type !== 'root' && event.type !== 'root-error') return true;
    const found = event.type === 'root' ? `${event.repos} repos` : event.error.message;
    const before = last.get(event.root);
    const now = performance.now();
    const isOld = before?.found === found && (event.type === 'root' || now < before.at + REPEAT_AFTER_MS);
    if (!isOld) last.set(event.root, { found, at: now });
    return !isOld;
  };
}

/** Shows what a daemon does: lines on standard error for a log, or JSON lines on standard output. */
export function daemonDisplay({ stdout, stderr, env }: CliContext, json: boolean): (event: ShownEvent) => void {
  if (json) {
    return (event) => {
      const value = jsonOf(event);
      if (value !== null) stdout.write(jsonLine({ version: EVENT_VERSION, time: new Date().toISOString(), ...value }));
    };
  }
  const journal = isJournal(env);
  const isNews = newsFilter();
  return (event) => {
    if (!isNews(event)) return;
    for (const line of linesOf(event)) stderr.write(logLine(line, new Date(), journal));
  };
}
