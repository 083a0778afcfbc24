import type { ObjectType } from './object-id.js';

/** An object with its content. */
export interface RawObject {
  readonly type: ObjectType;
  readonly body: Buffer;
}

const CACHE_BYTES = 16 * 1024 * 1024;

/** What is left when there are more: a Map skips what was deleted from it whenever it is iterated from its start. */
const KEPT_BYTES = CACHE_BYTES * 0.875;

/**
 * The bases of deltas that were used last. After `git gc` most trees are deltas of one another;
 * without the cache each read would unpack a whole chain.
 */
export class BaseCache {
  readonly #objects = new Map<string, RawObject>();
  #bytes = 0;

  get(key: string): RawObject | undefined {
    const object = this.#objects.get(key);
    if (object !== undefined) {
      // A Map iterates in the order of insertion: the first key is the one not used for longest.
      this.#objects.delete(key);
      this.#objects.set(key, object);
    }
    return object;
  }

  put(key: string, object: RawObject): void {
    if (object.body.length > CACHE_BYTES / 4 || this.#objects.has(key)) return;
    this.#objects.set(key, object);
    this.#bytes += object.body.length;
    if (this.#bytes <= CACHE_BYTES) return;
    for (const [oldest, { body }] of this.#objects) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#objects.delete(oldest);
      this.#bytes -= body.length;
    }
  }
}
