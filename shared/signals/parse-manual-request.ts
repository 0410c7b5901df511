import { z } from 'zod';
import { proven } from '../config/proven-field.ts';
import { type Actor, describeActor } from '../domain/actor.ts';
import type { Signal } from '../domain/signal.ts';

export const ManualRequestSchema = z.strictObject({
  /** Why a run is wanted: it stands in the ledger. */
  reason: z.string().trim().min(1).max(1000),
  /** Whether it is trained anew, though an earlier training of the same inputs is known: docs/reuse.md. */
  fresh: z.boolean().optional(),
  requestedBy: proven,
});

type ManualRequest = z.infer<typeof ManualRequestSchema>;

/** `key` makes a repeated request the same signal. */
export function manualSignal(
  model: string,
  { reason, fresh }: ManualRequest,
  { key, actor }: { readonly key: string; readonly actor: Actor },
): Signal {
  const requestedBy = describeActor(actor);
  return {
    id: `manual:${model}:${key}`,
    model,
    kind: 'manual',
    observedAt: null,
    source: actor.kind === 'person' ? `person:${actor.name}` : describeActor(actor),
    ...(actor.kind === 'machine' && { byMachine: true }),
    ...(fresh && { fresh }),
    summary: `${requestedBy} requests a run: ${reason}`,
    evidence: { reason, requestedBy, actor: { ...actor } },
  };
}
