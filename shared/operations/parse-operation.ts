/**
 * What an operator may ask for, as a request body says it.
 *
 * Owns: the body to an action, and what is said about one that is wrong. Does not own: what it does (shared/admission).
 */
import { z } from 'zod';
import { isoTime } from '../config/fields.ts';
import { modes } from '../domain/model-state.ts';
import type { FleetAction, ModelAction, RebuildAction } from '../domain/operation.ts';

const word = {
  /** Why: it stands in the ledger. */
  reason: z.string().trim().min(1).max(1000),
  /** Who. */
  by: z.string().trim().min(1).max(200),
};

const modelActions = [
  'freeze',
  'thaw',
  'set-mode',
  'approve',
  'withdraw',
  'cancel-run',
  'accept-run',
  'refuse-run',
  'break-glass',
  'rebuild',
] as const;
type ModelActionName = (typeof modelActions)[number];

/** The fields an action has beside who and why. */
const ownFields: Readonly<Record<ModelActionName, readonly string[]>> = {
  freeze: ['until'],
  thaw: [],
  'set-mode': ['mode'],
  approve: [],
  withdraw: ['signal'],
  'cancel-run': ['runId'],
  'accept-run': ['runId'],
  'refuse-run': ['runId'],
  'break-glass': ['runId'],
  rebuild: [],
};
const required: readonly string[] = ['mode', 'runId'];

export const ModelOperationSchema = z
  .strictObject({
    action: z.enum(modelActions),
    ...word,
    until: isoTime.optional(),
    mode: z.enum([...modes, 'file']).optional(),
    signal: z.string().min(1).max(1000).optional(),
    runId: z.string().min(1).max(200).optional(),
  })
  .superRefine((body, context) => {
    const own = ownFields[body.action];
    for (const field of ['until', 'mode', 'signal', 'runId'] as const) {
      if (body[field] !== undefined && !own.includes(field)) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `action ${body.action} takes no ${field}; leave it out`,
        });
      }
      if (body[field] === undefined && own.includes(field) && required.includes(field)) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `missing; action ${body.action} requires it`,
        });
      }
    }
  });

export const FleetOperationSchema = z.strictObject({ action: z.enum(['stop', 'resume']), ...word });

export function modelActionOf(body: z.infer<typeof ModelOperationSchema>): ModelAction | RebuildAction {
  switch (body.action) {
    case 'freeze':
      return {
        action: 'freeze',
        until: body.until === undefined ? null : new Date(body.until).toISOString(),
      };
    case 'set-mode':
      return { action: 'set-mode', mode: body.mode! };
    case 'withdraw':
      return { action: 'withdraw', signal: body.signal ?? null };
    case 'cancel-run':
    case 'accept-run':
    case 'refuse-run':
    case 'break-glass':
      return { action: body.action, runId: body.runId! };
    default:
      return { action: body.action };
  }
}

export function fleetActionOf({ action }: z.infer<typeof FleetOperationSchema>): FleetAction {
  return { action };
}
