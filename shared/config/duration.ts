/**
 * Durations as ISO 8601 writes them, limited to weeks, days, hours, minutes and seconds: months and years have no
 * fixed length. `PT30M`, `P1D`, `P2W`, `P1DT12H`.
 */
export const durationPattern =
  '^P(?=.)(?:(\\d+)W)?(?:(\\d+)D)?(?:T(?=\\d)(?:(\\d+)H)?(?:(\\d+)M)?(?:(\\d+)S)?)?$';
const pattern = new RegExp(durationPattern);
const unitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;
/** A hundred years. Model files of before durations had bounds are pinned in old runs: what is longer is taken for this. */
const longestMs = 36_525 * 86_400_000;

/** Milliseconds of an ISO 8601 duration, a hundred years at most, or null when it is none. */
export function parseDurationMs(text: string): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const ms = unitsMs.reduce((sumMs, unitMs, index) => sumMs + Number(match[index + 1] ?? 0) * unitMs, 0);
  return Math.min(ms, longestMs);
}

const words: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** `31 days`, `an hour`, `a minute`, `a second`: of durations that are whole in one unit. */
export function sayDuration(text: string): string {
  const ms = parseDurationMs(text) ?? 0;
  const [unitMs, unit] = words.find(([each]) => ms >= each && ms % each === 0) ?? [1_000, 'second'];
  const count = ms / unitMs;
  if (count === 1) return `${unit === 'hour' ? 'an' : 'a'} ${unit}`;
  return `${count} ${unit}s`;
}
