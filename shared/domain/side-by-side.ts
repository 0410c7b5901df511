/**
 * Does a piece of work for each of many, so many at a time: of ten thousand at once each would wait for all others, and one
 * after another they would take for ever.
 *
 * Answers in the order of what was given. Rejects with the first that fails, and begins no more then.
 */
export async function sideBySide<Item, Answer>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const entries = [...items].entries();
  let isOver = false;
  const goOn = async (): Promise<void> => {
    for (let next = entries.next(); !next.done && !isOver; next = entries.next()) {
      const [index, item] = next.value;
      try {
        answers[index] = await work(item);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  return answers;
}

/** Reads of the task hub and of the ledger: each is a row of a table, and takes as long as the way there. */
export const rowsAtOnce = 32;
/** Calls of Azure's management and of storage, whose limits are the subscription's and shared with others. */
export const callsAtOnce = 8;
