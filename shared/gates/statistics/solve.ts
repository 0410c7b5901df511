/** The x between low and high where a function that rises through zero crosses it, to the precision of a double. */
export function solveRising(low: number, high: number, valueAt: (x: number) => number): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 200; step++) {
    const middle = (from + to) / 2;
    if (middle <= from || middle >= to) break;
    if (valueAt(middle) < 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
