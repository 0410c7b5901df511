/**
 * What an operator may ask for, as a request body says it.
 *
 * Owns: the body to an action, and what is said about one that is wrong. Does not own: what it does (shared/admission).
 */
import { z } from 'zod';
import type { Access } from '../access/access-table.ts';
import { parseDurationMs } from '../config/duration.ts';
import { isoTime } from '../config/fields.ts';
import { proven } from '../config/proven-field.ts';
import { leastHistoryMs } from '../domain/durable-names.ts';
import { modes } from '../domain/model-state.ts';
import type { FleetAction, OperatorAction, PurgeAction } from '../domain/operation.ts';

const word = {
  /** Why: it stands in the ledger. */
  reason: z.string().trim().min(1).max(1000),
  by: proven,
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
  'approve-release',
  'reject-release',
  'abort-release',
  'resume-release',
  'accept-release',
  'roll-back',
  'quarantine',
  'lift-quarantine',
  'drill',
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
  'approve-release': ['releaseId', 'binding'],
  'reject-release': ['releaseId'],
  'abort-release': ['releaseId'],
  'resume-release': ['releaseId'],
  'accept-release': ['releaseId'],
  'roll-back': ['version'],
  quarantine: ['version'],
  'lift-quarantine': ['version'],
  drill: [],
  rebuild: [],
};
const required: readonly string[] = ['mode', 'runId', 'releaseId', 'binding'];

const ownFieldNames = ['until', 'mode', 'signal', 'runId', 'releaseId', 'binding', 'version'] as const;

export const ModelOperationSchema = z
  .strictObject({
    action: z.enum(modelActions),
    ...word,
    until: isoTime.optional(),
    mode: z.enum([...modes, 'file']).optional(),
    signal: z.string().min(1).max(1000).optional(),
    runId: z.string().min(1).max(200).optional(),
    releaseId: z.string().min(1).max(250).optional(),
    binding: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'what is approved, 64 hexadecimal digits: GET /api/releases/{id} has it')
      .optional(),
    version: z.string().min(1).max(100).optional(),
  })
  .superRefine((body, context) => {
    const own = ownFields[body.action];
    for (const field of ownFieldNames) {
      if (body[field] !== undefined && !own.includes(field)) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `action ${body.action} takes no ${field}; leave it out`,
        });
      }
      const isNeeded = required.includes(field) || (field === 'version' && body.action !== 'roll-back');
      if (body[field] === undefined && own.includes(field) && isNeeded) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `missing; action ${body.action} requires it`,
        });
      }
    }
  });

const olderThan = z
  .string()
  .refine(
    (text) => (parseDurationMs(text) ?? 0) >= leastHistoryMs,
    'must be an ISO 8601 duration without months or years, of 30 days at least, such as P90D',
  );
export const FleetOperationSchema = z
  .strictObject({ action: z.enum(['stop', 'resume', 'purge']), ...word, olderThan: olderThan.optional() })
  .superRefine(({ action, olderThan }, context) => {
    const isPurge = action === 'purge';
    if (isPurge === (olderThan !== undefined)) return;
    const message = isPurge
      ? 'missing; action purge requires it'
      : `action ${action} takes no olderThan; leave it out`;
    context.addIssue({ code: 'custom', path: ['olderThan'], message });
  });

export function modelActionOf(
  body: z.infer<typeof ModelOperationSchema>,
  teams: readonly string[],
): Exclude<OperatorAction, FleetAction | PurgeAction> {
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
    case 'approve-release':
      return { action: body.action, releaseId: body.releaseId!, binding: body.binding!, teams };
    case 'reject-release':
    case 'abort-release':
    case 'resume-release':
    case 'accept-release':
      return { action: body.action, releaseId: body.releaseId! };
    case 'quarantine':
    case 'lift-quarantine':
      return { action: body.action, version: body.version! };
    case 'roll-back':
      return { action: 'roll-back', version: body.version ?? null };
    default:
      return { action: body.action };
  }
}

export function fleetActionOf({
  action,
  olderThan,
}: z.infer<typeof FleetOperationSchema>): FleetAction | PurgeAction {
  return action === 'purge' ? { action, olderThan: olderThan! } : { action };
}

/** What an action takes, as the table of access names it. Mode auto starts runs that nobody has approved. */
export function accessOf(action: OperatorAction): Access {
  return action.action === 'set-mode' && action.mode === 'auto' ? 'set-mode-auto' : action.action;
}
