/**
 * Milliseconds of a time, NaN where it is none; one without a zone is in UTC, as for the services. The language takes it
 * for one of the machine's zone, and the same request would mean another time on another laptop.
 */
export function utcTimeMs(text: string): number {
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text)) {
    return Date.parse(`${text.replace(' ', 'T')}Z`);
  }
  // As in a shared access signature: 6/15/2027 6:20:15 PM.
  const isUnzoned = /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?$/i.test(text);
  return Date.parse(isUnzoned ? `${text} UTC` : text);
}
