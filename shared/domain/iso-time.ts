/**
 * Reads a time as services write it: ISO 8601, with a date and, mostly, a time of day. A time without a zone is in UTC.
 *
 * The language's own reading takes a time without a zone for one of the process's zone, and knows forms of no standard
 * at all. Ids are made from times: the same event must mean the same wherever it is read.
 */
export function readIsoTime(text: unknown): string | null {
  const ms = typeof text === 'string' ? isoTimeMs(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

const isoTime =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(?:([Zz]|[+-]\d\d):?(\d\d)?)?)?$/;

/** Milliseconds since 1970, or NaN where the text is no time. Finer parts of a second are cut off. */
function isoTimeMs(text: string): number {
  const [, date, time = '00:00', zone = 'Z', minutes] = isoTime.exec(text.trim()) ?? [];
  if (date === undefined) return Number.NaN;
  const isUtc = zone.toUpperCase() === 'Z';
  if (isUtc && minutes !== undefined) return Number.NaN;
  const seconds = time.length === 5 ? `${time}:00` : time.replace(',', '.');
  const ms = Date.parse(`${date}T${seconds}${isUtc ? 'Z' : `${zone}:${minutes ?? '00'}`}`);
  // The 31st of June would be the 1st of July.
  return Number.isNaN(ms) || !isDay(date) ? Number.NaN : ms;
}

function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
