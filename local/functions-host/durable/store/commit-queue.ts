/**
 * Writes to the store in groups: what is ready in the same turn of the event loop is one transaction.
 *
 * Owns: transactions, and the order in which the runtime hears of what they changed.
 * Does not own: what is written.
 *
 * Invariants
 * 1. A write is committed whole or not at all, and answered only after the commit.
 * 2. Changes are published before any writer goes on, in the order of the writes. Writers are answered in that order, too,
 *    and go on before the functions that their changes set running.
 * 3. After a commit that failed nothing more is written: memory and file would part. `onFailure` hears why, and every
 *    later write is refused until the process starts again from the file.
 * 4. A write counts as work until its changes are published.
 */
import type { Work } from '../../../clock/work.ts';
import type { Change } from './records.ts';
import type { Store } from './store.ts';

interface Write {
  apply(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #store: Store;
  readonly #work: Work;
  readonly #publish: (change: Change) => void;
  readonly #onFailure: (error: unknown) => void;
  #writes: Write[] = [];
  #endWork: (() => void) | null = null;
  #refusal: Error | null = null;

  constructor(
    store: Store,
    work: Work,
    publish: (change: Change) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#work = work;
    this.#publish = publish;
    this.#onFailure = onFailure;
  }

  /** Runs `apply` inside a transaction soon; resolves to what it returned once that is on disk. */
  write<T>(apply: () => T): Promise<T> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    return new Promise<T>((resolve, reject) => {
      if (this.#writes.length === 0) {
        this.#endWork = this.#work.begin();
        setImmediate(() => this.flush());
      }
      this.#writes.push({ apply, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  flush(): void {
    const writes = this.#writes;
    this.#writes = [];
    if (writes.length === 0) return;
    const endWork = this.#endWork;
    this.#commit(writes);
    endWork?.();
  }

  /** Writes what is waiting and refuses the rest. */
  close(): void {
    this.flush();
    this.#refusal ??= new Error('the durable runtime has stopped');
  }

  #commit(writes: readonly Write[]): void {
    let values: unknown[];
    try {
      this.#store.begin();
      values = writes.map((write) => write.apply());
      this.#store.commit();
    } catch (error) {
      this.#fail(writes, error);
      return;
    }
    writes.forEach((write, index) => {
      write.resolve(values[index]);
    });
    for (const change of this.#store.takeChanges()) this.#publish(change);
  }

  #fail(writes: readonly Write[], error: unknown): void {
    this.#store.rollback();
    this.#refusal = new Error(
      'the durable store could not be written; restart the host once the cause is fixed',
      {
        cause: error,
      },
    );
    for (const write of writes) write.reject(this.#refusal);
    this.#onFailure(error);
  }
}
