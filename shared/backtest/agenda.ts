/** What is to happen, in the order of its time: of one time, what was known from the beginning first. Pure. */
interface Entry {
  readonly atMs: number;
  /** Facts of the history come before what follows from them. */
  readonly isFact: boolean;
  readonly order: number;
  readonly act: () => void;
}

/** A binary heap: adding and taking cost the logarithm of how much is on it. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #added = 0;

  add(atMs: number, act: () => void, isFact = false): void {
    const heap = this.#heap;
    heap.push({ atMs, isFact, order: this.#added++, act });
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  /** The next entry up to a moment, taken off; undefined where there is none. */
  take(untilMs: number): Entry | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.atMs > untilMs) return undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.isFact === b.isFact ? a.order < b.order : a.isFact;
}
