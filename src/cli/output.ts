import { writeSync } from 'node:fs';
import { errnoOf } from '../util/errors.js';
import { reasonOf } from '../util/system-errors/system-error.js';
import { ExitStatus } from './exit-status.js';

const STDERR = 2;
/** What a shell shows for a process that SIGPIPE has ended. */
const STATUS_OF_SIGPIPE = 128 + 13;

/** What a process does when its output cannot be written any more. */
export interface Output {
  /**
   * From now on the command records something. That must not depend on whether anybody reads what it says: it goes on, and
   * its status tells in the end that something could not be said.
   */
  keepGoing(): void;
  /** Waits until all that was said is written or lost; true if something is lost. */
  isLost(): Promise<boolean>;
}

/** Nothing can be said about standard error itself. */
function tell(text: string): void {
  try {
    writeSync(STDERR, `git-fso: ${text}\n`);
  } catch {
    // There is nobody to tell.
  }
}

/** Ends like every program of Unix, and like Git, whose reader has gone: quietly, by SIGPIPE. */
function endBySigpipe(): void {
  // Node ignores the signal; when a listener goes, the system's own way of handling it is back.
  const listener = (): void => undefined;
  process.on('SIGPIPE', listener);
  process.off('SIGPIPE', listener);
  process.kill(process.pid, 'SIGPIPE');
  process.exit(STATUS_OF_SIGPIPE);
}

/** Listens to failures of standard output and standard error: closed pipes, full disks. */
export function watchOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  let isRecording = false;
  const lost = new Set<NodeJS.WriteStream>();
  const listen = (stream: NodeJS.WriteStream, name: string): void => {
    stream.on('error', (error) => {
      const isUnread = errnoOf(error) === 'EPIPE';
      if (!isRecording && isUnread) endBySigpipe();
      if (lost.has(stream)) return;
      lost.add(stream);
      const reason = isUnread ? 'nobody reads it any more' : reasonOf(error);
      tell(
        `${isUnread ? name : 'the output'} cannot be written: ${reason}${isRecording ? '; what is recorded does not depend on it' : ''}`,
      );
      if (!isRecording) process.exit(ExitStatus.failed);
    });
  };
  listen(stdout, 'standard output');
  listen(stderr, 'standard error');
  return {
    keepGoing: () => {
      isRecording = true;
    },
    isLost: async () => {
      for (const stream of [stdout, stderr]) {
        await new Promise<void>((resolve) => {
          stream.write('', () => resolve());
        });
      }
      return lost.size > 0;
    },
  };
}
