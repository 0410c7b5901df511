/** What was looked at, how it is, and what is to be done about it. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly saw: string;
  readonly next: string;
}
