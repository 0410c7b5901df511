import { z } from 'zod';
import type { Signal } from '../domain/signal.ts';

export const ManualRequestSchema = z.strictObject({
  /** Why a run is wanted: it stands in the ledger. */
  reason: z.string().trim().min(1).max(1000),
  /** Who asks. */
  requestedBy: z.string().trim().min(1).max(200),
});

type ManualRequest = z.infer<typeof ManualRequestSchema>;

/** `key` makes a repeated request the same signal. */
export function manualSignal(model: string, request: ManualRequest, key: string): Signal {
  return {
    id: `manual:${model}:${key}`,
    model,
    kind: 'manual',
    observedAt: null,
    source: `person:${request.requestedBy}`,
    summary: `${request.requestedBy} requests a run: ${request.reason}`,
    evidence: { reason: request.reason, requestedBy: request.requestedBy },
  };
}
