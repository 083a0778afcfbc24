import { letGo } from '../async/handled.js';
import type { PassedError } from './passed-error.js';
import { passError, receivedError } from './passed-error.js';

/** What messages go through: a worker thread, seen from either side, or one end of a channel. */
export interface CallPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

/** What one side of a port can be asked: structured clones go in and out. */
export type Answers<T> = { readonly [K in keyof T]: (argument: never) => unknown };

type Message =
  | { readonly ask: string; readonly id: number; readonly argument: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PassedError };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Calls functions on the other side of a port, and has that side call ours.
 * @typeParam Theirs what the other side can be asked
 */
export class PortCalls<Theirs extends Answers<Theirs>> {
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  constructor(
    private readonly port: CallPort,
    private readonly ours: Readonly<Record<string, (argument: never) => unknown>>,
  ) {
    port.on('message', (message) => {
      if ('ask' in message) letGo(this.answer(message.ask, message.id, message.argument));
      else this.settle(message);
    });
  }

  /** Rejects with what the other side has thrown. */
  call<K extends keyof Theirs & string>(ask: K, argument: Parameters<Theirs[K]>[0]): Promise<Awaited<ReturnType<Theirs[K]>>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.port.postMessage({ ask, id, argument });
    });
  }

  /** Rejects what has not been answered yet. */
  fail(error: unknown): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private async answer(ask: string, id: number, argument: unknown): Promise<void> {
    try {
      const value = await this.ours[ask]?.(argument as never);
      this.port.postMessage({ id, value });
    } catch (error) {
      this.port.postMessage({ id, error: passError(error) });
    }
  }

  private settle(message: Exclude<Message, { readonly ask: string }>): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('error' in message) waiting?.reject(receivedError(message.error));
    else waiting?.resolve(message.value);
  }
}
