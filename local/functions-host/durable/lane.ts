/** Runs items in order of arrival, at most `limit` at a time. `run` must not reject. */
export class Lane<T> {
  readonly #limit: number;
  readonly #run: (item: T) => Promise<void>;
  readonly #waiting: T[] = [];
  #head = 0;
  #running = 0;
  #open = false;
  #onIdle: (() => void) | null = null;

  constructor(limit: number, run: (item: T) => Promise<void>) {
    this.#limit = limit;
    this.#run = run;
  }

  push(item: T): void {
    this.#waiting.push(item);
    this.#pump();
  }

  open(): void {
    this.#open = true;
    this.#pump();
  }

  /** Begins nothing more; resolves when what runs has ended. */
  close(): Promise<void> {
    this.#open = false;
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #pump(): void {
    while (this.#open && this.#running < this.#limit && this.#head < this.#waiting.length) {
      const item = this.#waiting[this.#head++] as T;
      if (this.#head > 1000 && this.#head * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#head);
        this.#head = 0;
      }
      this.#running += 1;
      void this.#run(item).then(() => {
        this.#running -= 1;
        if (this.#running === 0) this.#onIdle?.();
        this.#pump();
      });
    }
  }
}
