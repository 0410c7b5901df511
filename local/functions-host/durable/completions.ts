/** Lets a client wait for an instance to finish, without polling. */
export class Completions {
  readonly #waiting = new Map<string, Set<() => void>>();

  announce(instanceId: string): void {
    const waiting = this.#waiting.get(instanceId);
    this.#waiting.delete(instanceId);
    for (const run of waiting ?? []) run();
  }

  /** Calls `run` when the instance finishes next. The returned function withdraws the call. */
  onFinished(instanceId: string, run: () => void): () => void {
    const waiting = this.#waiting.get(instanceId) ?? new Set();
    this.#waiting.set(instanceId, waiting.add(run));
    return () => {
      waiting.delete(run);
      if (waiting.size === 0 && this.#waiting.get(instanceId) === waiting) this.#waiting.delete(instanceId);
    };
  }
}
