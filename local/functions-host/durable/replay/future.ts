/**
 * A completion whose continuations run at once, within the event that brought it.
 *
 * Promises will not do: their continuations run later, and the order in which continuations ask for new work is what
 * gives each piece of work its sequence number.
 */
export class Future {
  #done = false;
  #continuations: (() => void)[] = [];

  get done(): boolean {
    return this.#done;
  }

  finish(): void {
    if (this.#done) return;
    this.#done = true;
    const continuations = this.#continuations;
    this.#continuations = [];
    for (const run of continuations) run();
  }

  whenDone(run: () => void): void {
    if (this.#done) run();
    else this.#continuations.push(run);
  }
}

export function finished(): Future {
  const future = new Future();
  future.finish();
  return future;
}

/** Finishes when the first does. */
export function anyOf(futures: readonly Future[]): Future {
  const any = new Future();
  for (const future of futures) future.whenDone(() => any.finish());
  return any;
}

/** Finishes when the last does, whatever became of them: a failure does not cut the wait short. */
export function allOf(futures: readonly Future[]): Future {
  const all = new Future();
  let left = futures.length;
  if (left === 0) all.finish();
  for (const future of futures) {
    future.whenDone(() => {
      left -= 1;
      if (left === 0) all.finish();
    });
  }
  return all;
}
