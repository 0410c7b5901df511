import type { readArgs } from '../command.ts';
import { serviceOptions } from '../service.ts';

export const auditOptions = {
  ...serviceOptions,
  from: { type: 'string' },
  until: { type: 'string' },
  since: { type: 'string' },
  documents: { type: 'boolean', default: false },
  ledger: { type: 'boolean', default: false },
} as const;

export type AuditValues = ReturnType<typeof readArgs<typeof auditOptions>>['values'];
