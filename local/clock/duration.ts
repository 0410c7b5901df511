const iso8601 =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const unitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** An ISO 8601 duration without years and months (they have no fixed length), or undefined if it is not one. */
export function parseDurationMs(duration: string): number | undefined {
  const match = iso8601.exec(duration);
  if (!match || !/\d[A-Z]$/.test(duration)) return undefined;
  const amounts = match.slice(1);
  return amounts.reduce((totalMs, amount, unit) => totalMs + Number(amount ?? 0) * unitsMs[unit]!, 0);
}
