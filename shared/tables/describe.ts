/** `10,000` */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `12.4 %`, with more digits where three would make it the same as `beside`. */
export function percent(share: number, beside?: number): string {
  const digits = (most: number) => (value: number) => String(Number((value * 100).toPrecision(most)));
  const most = beside === undefined || digits(3)(share) !== digits(3)(beside) ? 3 : 12;
  return `${digits(most)(share)} %`;
}

/** Names of columns, as many as a sentence holds. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => quote(name));
  return names.length > 5 ? `${shown.join(', ')} and ${count(names.length - 5)} more` : shown.join(', ');
}

/** A name as it is where it is plain, in quotes otherwise, cut where it is long. */
export function quote(name: string): string {
  if (/^[\w.-]{1,60}$/.test(name)) return name;
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
