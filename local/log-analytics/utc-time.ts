/** Milliseconds of an ISO 8601 time, NaN where it is none; one without a zone is in UTC, as for the service. */
export function utcTimeMs(text: string): number {
  const isUnzoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text);
  return Date.parse(isUnzoned ? `${text.replace(' ', 'T')}Z` : text);
}
