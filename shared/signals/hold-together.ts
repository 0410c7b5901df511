import type { Together } from '../domain/breach-test.ts';
import type { Signal } from '../domain/signal.ts';

/** A breach as it is offered: with what it is held to for the sake of all rules, so that its record says that, too. */
export function holdTogether(signal: Signal, together: Together | null): Signal {
  const { test } = signal;
  return together && test && 'p' in test ? { ...signal, test: { ...test, together } } : signal;
}
