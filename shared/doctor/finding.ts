/** What the doctor says of one thing. */
export interface Finding {
  /** What was looked at, as a person calls it. */
  readonly check: string;
  /** `warning`: it works, but probably not as intended. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was seen. Never a secret. */
  readonly saw: string;
  /** What to do about it; empty where there is nothing to do. */
  readonly next: string;
}

export const ok = (check: string, saw: string): Finding => ({ check, state: 'ok', saw, next: '' });
export const warning = (check: string, saw: string, next: string): Finding => ({
  check,
  state: 'warning',
  saw,
  next,
});
export const problem = (check: string, saw: string, next: string): Finding => ({
  check,
  state: 'problem',
  saw,
  next,
});
