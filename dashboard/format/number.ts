/** Numbers for a person. Pure. */

/** As many digits as tell something: `0.931`, `1204`, `12.5`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000 || Number.isInteger(value)) return String(Math.round(value));
  if (size !== 0 && size < 0.0005) return value.toExponential(1);
  return String(Number(value.toFixed(size >= 10 ? 1 : 3)));
}

/** `1 run`, `2 runs`. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** The start of a hash, which is enough to tell two apart. */
export function shorten(hash: string): string {
  return hash.length > 12 ? hash.slice(0, 12) : hash;
}
