import { printable } from '../shared/gates/report/printable.ts';

/** An answer of the service, or a report, with every text in it fit for a terminal. Before anything is coloured. */
export function printableTexts<T>(value: T): T {
  const clean = (_name: string, part: unknown): unknown =>
    typeof part === 'string' ? printable(part) : part;
  return JSON.parse(JSON.stringify(value), clean) as T;
}
