/**
 * Runs pieces of work one after another in this process, in the order in which they come: for what takes so much
 * memory that two at once would take all of it.
 */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // One that fails does not hold up the next; whoever asked for it is told.
    last = result.catch(() => {});
    return result;
  };
}
