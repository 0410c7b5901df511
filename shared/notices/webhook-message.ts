/**
 * A notice as a webhook of one's own receives it. Pure.
 *
 * Source: Standard Webhooks, "Payload structure": `{type, timestamp, data}`. What others have written stands there as JSON text,
 * whole: it is for the receiver to show it as text.
 */
import type { Outgoing } from './message.ts';

export function webhookMessage({ notice, links }: Outgoing): object {
  const { kind, at, ...data } = notice;
  return { type: kind, timestamp: at, data: { ...data, links } };
}
