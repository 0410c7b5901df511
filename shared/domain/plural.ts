/** `row` of 1, `rows` of any other number. */
export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** A number with its noun, for a sentence: `1 row`, `2 rows`. */
export function counted(count: number, noun: string): string {
  return `${count} ${plural(count, noun)}`;
}
