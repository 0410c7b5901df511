/**
 * Who may do what: every operation there is, in one table. Pure.
 *
 * Owns: the roles, and for each operation which of them it takes and whether a machine may do it.
 * Does not own: who somebody is (read-principal.ts), which routes there are (the functions).
 *
 * Invariants
 * 1. A machine may report, ask and stop. What lets something through, or takes a stop back, is a person's alone.
 * 2. Who holds no role may do nothing, not even read.
 */
export const roles = ['viewer', 'operator', 'approver'] as const;
export type Role = (typeof roles)[number];

interface Rule {
  /** One of them is enough. */
  readonly roles: readonly Role[];
  /** Whether a function key, or the token of an application with one of the roles, is enough. */
  readonly machines: boolean;
  /** For people, in the reference (docs/access.md). */
  readonly what: string;
}

const anybody: readonly Role[] = roles;
const operators: readonly Role[] = ['operator'];
const approvers: readonly Role[] = ['approver'];

export const accessTable = {
  read: { roles: anybody, machines: true, what: 'read everything the API shows' },
  report: { roles: operators, machines: true, what: 'report metrics, alerts and uploaded files' },
  request: { roles: operators, machines: true, what: 'request a run' },
  freeze: { roles: operators, machines: true, what: 'freeze a model' },
  thaw: { roles: operators, machines: false, what: 'end the freezes of a model' },
  'set-mode': { roles: operators, machines: false, what: 'set the mode of a model, but to auto' },
  'set-mode-auto': { roles: approvers, machines: false, what: 'set the mode of a model to auto' },
  approve: { roles: approvers, machines: false, what: 'let a suggested run start' },
  withdraw: { roles: operators, machines: false, what: 'withdraw what waits' },
  'cancel-run': { roles: operators, machines: true, what: 'cancel a run' },
  'accept-run': { roles: approvers, machines: false, what: 'accept a run whose gates are inconclusive' },
  'refuse-run': { roles: approvers, machines: false, what: 'refuse a run whose gates are inconclusive' },
  'break-glass': { roles: approvers, machines: false, what: 'be one of two who override the gates' },
  'approve-release': { roles: approvers, machines: false, what: 'be one of those who approve a release' },
  'reject-release': { roles: approvers, machines: false, what: 'reject a release that waits for approval' },
  'resume-release': { roles: approvers, machines: false, what: 'resume a release that asks a person' },
  'accept-release': {
    roles: approvers,
    machines: false,
    what: 'settle a version whose probation could not say in time',
  },
  'abort-release': { roles: operators, machines: true, what: 'have a release go back' },
  'roll-back': { roles: operators, machines: true, what: 'have an earlier version of a model serve again' },
  quarantine: { roles: operators, machines: true, what: 'quarantine a version of a model' },
  'lift-quarantine': { roles: operators, machines: false, what: 'end the quarantine of a version' },
  drill: { roles: operators, machines: false, what: 'drill the way back of a model' },
  diagnose: { roles: operators, machines: true, what: 'see what the service finds wrong with itself' },
  rebuild: { roles: operators, machines: false, what: 'rebuild the state of a model' },
  purge: { roles: operators, machines: false, what: 'purge histories of what has ended' },
  stop: { roles: operators, machines: true, what: 'throw the kill switch of the fleet' },
  resume: { roles: operators, machines: false, what: 'release the kill switch' },
} as const satisfies Readonly<Record<string, Rule>>;

/** What may be asked for, as the table names it. */
export type Access = keyof typeof accessTable;

export function ruleOf(access: Access): Rule {
  return accessTable[access];
}
