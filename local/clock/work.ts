/**
 * Counts what a local process is doing, so that virtual time moves only while nothing runs.
 *
 * Whatever may still cause an effect counts as work from the moment it is accepted until its effects are visible
 * elsewhere: an HTTP request being answered, a function invocation, an orchestration turn that is due, a job's
 * process, an event delivery that is due, a message a receiver will be given. A wait for the clock is not work.
 */
export class Work {
  #busy = 0;
  #begun = 0;

  /** Marks a piece of work as begun; call the returned function once when it has ended. */
  begin(): () => void {
    this.#busy++;
    this.#begun++;
    let ended = false;
    return () => {
      if (!ended) this.#busy--;
      ended = true;
    };
  }

  async during<T>(run: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await run();
    } finally {
      end();
    }
  }

  /** Pieces of work under way now. */
  get busy(): number {
    return this.#busy;
  }

  /** Pieces of work begun since the process started: equal counts at two looks mean nothing happened between. */
  get begun(): number {
    return this.#begun;
  }
}
