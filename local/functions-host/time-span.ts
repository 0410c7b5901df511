/** `[d.]hh:mm:ss[.fffffff]`, the duration format of host.json and of timer schedules. */
const pattern = /^(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/;

/** The duration in milliseconds, or null when the text is not one. */
export function parseTimeSpan(text: string): number | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, days = '0', hours, minutes, seconds, fraction = ''] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return wholeSeconds * 1000 + Math.floor(Number(fraction.padEnd(7, '0')) / 10_000);
}
