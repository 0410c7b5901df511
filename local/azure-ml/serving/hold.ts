/**
 * Keeps virtual time from passing while a process that has ended comes back: a restart takes a moment of real time, in
 * which days would go by. It ends by itself: what does not come back holds nobody.
 */
export class Hold {
  readonly #beginWork: () => () => void;
  #endWork: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** By the machine's own clock. */
  #endsMs = 0;

  constructor(beginWork: () => () => void) {
    this.#beginWork = beginWork;
  }

  /** From now on, for so long at most. */
  take(longestMs: number): void {
    const endsMs = Date.now() + longestMs;
    if (this.#endWork && this.#endsMs >= endsMs) return;
    this.#endsMs = endsMs;
    this.#endWork ??= this.#beginWork();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.release(), longestMs).unref();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#endWork?.();
    this.#endWork = null;
  }
}
