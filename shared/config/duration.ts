/**
 * Durations as ISO 8601 writes them, limited to weeks, days, hours, minutes and seconds: months and years have no
 * fixed length. `PT30M`, `P1D`, `P2W`, `P1DT12H`.
 */
const pattern = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const unitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Milliseconds of an ISO 8601 duration, or null when it is none. */
export function parseDurationMs(text: string): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  return unitsMs.reduce((sumMs, unitMs, index) => sumMs + Number(match[index + 1] ?? 0) * unitMs, 0);
}
