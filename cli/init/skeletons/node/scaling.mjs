/** Brings every feature to mean 0 and deviation 1; a missing value counts as the mean. */
export function measure(rows) {
  return rows[0].map((_, column) => {
    const known = rows.map((values) => values[column]).filter((value) => !Number.isNaN(value));
    const count = Math.max(1, known.length);
    const mean = known.reduce((sum, value) => sum + value, 0) / count;
    const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}

/** With a first value that is always 1, for the intercept. */
export function scale(scaling, values) {
  const scaled = scaling.map(({ mean, deviation }, column) =>
    Number.isNaN(values[column]) ? 0 : (values[column] - mean) / deviation,
  );
  return [1, ...scaled];
}

/** The examples in another order, the same for the same seed (Fisher and Yates, with a generator of 32 bits). */
export function shuffle(examples, seed) {
  let state = seed;
  for (let last = examples.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [examples[last], examples[other]] = [examples[other], examples[last]];
  }
}
