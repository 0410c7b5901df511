/** Types and values of the subset of KQL. */

export type Type = 'bool' | 'long' | 'real' | 'datetime' | 'timespan' | 'string' | 'dynamic';

/** A datetime is milliseconds since the Unix epoch, a timespan milliseconds; a string is never null. */
export type Value = number | string | boolean | object | null;

export interface Column {
  readonly name: string;
  readonly type: Type;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
}

export const isNumeric = (type: Type): boolean => type === 'long' || type === 'real';

/** Below zero where `a` comes first. Both are of one orderable type and not null; NaN comes before every number. */
export function compareValues(a: Value, b: Value): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/** A value as the service writes it into JSON. */
export function renderValue(type: Type, value: Value): string | number | boolean | null {
  if (value === null) return null;
  if (type === 'datetime') return renderTime(value as number);
  if (type === 'timespan') return renderTimespan(value as number);
  if (type === 'dynamic') return JSON.stringify(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value as string | number | boolean;
}

/** A time that no calendar has is null. */
function renderTime(ms: number): string | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** `[-][days.]hh:mm:ss[.fffffff]` */
function renderTimespan(ms: number): string {
  const whole = Math.abs(Math.trunc(ms));
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const days = Math.floor(whole / 86_400_000);
  const clock = [whole / 3_600_000, whole / 60_000, whole / 1000].map((part, index) =>
    pad(Math.floor(part) % (index === 0 ? 24 : 60)),
  );
  const fraction = whole % 1000 === 0 ? '' : `.${pad(whole % 1000, 3)}0000`;
  return `${ms < 0 ? '-' : ''}${days > 0 ? `${days}.` : ''}${clock.join(':')}${fraction}`;
}
