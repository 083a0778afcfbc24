/** A priority queue: takes items out in the order of their keys. */
export class Heap<T> {
  private readonly items: { readonly key: number; readonly item: T }[] = [];

  /** The item with the least key. */
  get first(): { readonly key: number; readonly item: T } | undefined {
    return this.items[0];
  }

  /** Adds an item. */
  push(key: number, item: T): void {
    const { items } = this;
    let at = items.push({ key, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]!.key <= items[at]!.key) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the item with the least key. */
  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined) return undefined;
    if (items.length > 0) items[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < items.length && items[child]!.key < items[least]!.key) least = child;
      }
      if (least === at) return first.item;
      this.swap(at, least);
      at = least;
    }
  }

  /** Takes out everything. */
  clear(): void {
    this.items.length = 0;
  }

  private swap(a: number, b: number): void {
    const { items } = this;
    [items[a], items[b]] = [items[b]!, items[a]!];
  }
}
