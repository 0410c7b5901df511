/**
 * What an assistant may do for a person, where `ratchet mcp` was started with --operate.
 *
 * Owns: which operations there are as tools, and what the person is told before one that is theirs alone.
 * Does not own: who may do what: the service decides (shared/access/access-table.ts).
 *
 * Invariants
 * 1. What no machine may do (it lets something through, or takes a stop back) is done only once the person has confirmed it
 *    in the assistant's own dialog, having been shown what it is.
 * 2. To override the gates takes two people at their own keyboards: it is no tool, and neither is rebuilding a state.
 */
import { z } from 'zod';
import { type Access, ruleOf } from '../../shared/access/access-table.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { modelOfRelease, modelOfRun } from '../../shared/domain/run.ts';
import { operationsPath } from '../operation.ts';
import type { Ask } from './read-tools.ts';

/** What is sent, and what a person is shown of it. */
export interface Act {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** `approve release ... of version 7 ...`: what it is, for whoever confirms it. */
  readonly shown: string;
}

interface ActTool<Input = never> {
  readonly access: Access;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  prepare(input: Input, ask: Ask): Act | Promise<Act>;
}

const define = <Input>(tool: ActTool<Input>): ActTool => tool as unknown as ActTool;

const reason = z
  .string()
  .trim()
  .min(1)
  .max(1_000)
  .describe('Why: recorded in the ledger, for others to read');
const model = z.string().min(1).max(250).describe('Name of a model');
const version = z.string().min(1).max(100).describe('Version in the registry, such as 7');
const runId = z.string().min(1).max(250).describe('Id of a run, such as spam-filter-20020902-1f2e3d4c');
const releaseId = z.string().min(1).max(250).describe('Id of a release');

/** An operation on a model that takes a reason and no more. */
function onModel(action: Access, description: string): ActTool {
  return define({
    access: action,
    description,
    input: z.strictObject({ model, reason }),
    prepare: (input) => ({
      path: operationsPath(input.model),
      body: { action, reason: input.reason },
      shown: `${ruleOf(action).what}: ${input.model}`,
    }),
  });
}

function onRun(action: Access, description: string): ActTool {
  return define({
    access: action,
    description,
    input: z.strictObject({ runId, reason }),
    prepare: (input) => ({
      path: operationsPath(ownerOf(input.runId, modelOfRun(input.runId), 'run')),
      body: { action, runId: input.runId, reason: input.reason },
      shown: `${ruleOf(action).what}: ${input.runId}`,
    }),
  });
}

function onRelease(action: Access, description: string): ActTool {
  return define({
    access: action,
    description,
    input: z.strictObject({ releaseId, reason }),
    prepare: (input) => ({
      path: operationsPath(ownerOf(input.releaseId, modelOfRelease(input.releaseId), 'release')),
      body: { action, releaseId: input.releaseId, reason: input.reason },
      shown: `${ruleOf(action).what}: ${input.releaseId}`,
    }),
  });
}

function onVersion(action: Access, description: string): ActTool {
  return define({
    access: action,
    description,
    input: z.strictObject({ model, version, reason }),
    prepare: (input) => ({
      path: operationsPath(input.model),
      body: { action, version: input.version, reason: input.reason },
      shown: `${ruleOf(action).what}: version ${input.version} of ${input.model}`,
    }),
  });
}

function onFleet(action: 'stop' | 'resume', description: string): ActTool {
  return define({
    access: action,
    description,
    input: z.strictObject({ reason }),
    prepare: (input) => ({
      path: 'fleet/operations',
      body: { action, reason: input.reason },
      shown: ruleOf(action).what,
    }),
  });
}

function ownerOf(id: string, owner: string | null, kind: 'run' | 'release'): string {
  if (owner === null)
    throw new Error(`${JSON.stringify(id)} is not the id of a ${kind}; list_${kind}s has the ids`);
  return owner;
}

export const actTools: Readonly<Record<string, ActTool>> = {
  request_run: define({
    access: 'request',
    description:
      'Request a run of a model: a new version is trained and judged, if the policy and its budgets allow it. Training costs money.',
    input: z.strictObject({
      model,
      fresh: z
        .boolean()
        .optional()
        .describe(
          'Train, even where an earlier training of the same inputs could be taken. Omitted: take it.',
        ),
      reason,
    }),
    prepare: ({ model: of, fresh, reason: why }) => ({
      path: `models/${encodeURIComponent(of)}/signals`,
      body: { reason: why, ...(fresh && { fresh }) },
      shown: `request a run of ${of}${fresh ? ' that trains anew' : ''}`,
    }),
  }),
  freeze_model: define({
    access: 'freeze',
    description: 'Freeze a model: no run of it starts until a time, or until it is thawed.',
    input: z.strictObject({
      model,
      until: z.iso.datetime({ offset: true }).optional().describe('Omitted: until somebody thaws it'),
      reason,
    }),
    prepare: ({ model: of, until, reason: why }) => ({
      path: operationsPath(of),
      body: { action: 'freeze', ...(until !== undefined && { until }), reason: why },
      shown: `freeze ${of}`,
    }),
  }),
  thaw_model: onModel('thaw', 'End the freezes of a model that operators have set.'),
  set_mode: define({
    access: 'set-mode-auto',
    description:
      'Set the mode of a model over that of its model file: auto starts runs, suggest waits for approval, observe records decisions and starts nothing, off rejects every signal; file returns to what the model file says.',
    input: z.strictObject({ model, mode: z.enum(['auto', 'suggest', 'observe', 'off', 'file']), reason }),
    prepare: ({ model: of, mode, reason: why }) => ({
      path: operationsPath(of),
      body: { action: 'set-mode', mode, reason: why },
      shown: `set the mode of ${of} to ${mode}`,
    }),
  }),
  approve_suggested_run: onModel('approve', 'Approve a suggested run (mode suggest), so that it starts.'),
  withdraw_waiting: define({
    access: 'withdraw',
    description: 'Withdraw the signals of a model that wait, so that they start no run.',
    input: z.strictObject({
      model,
      signal: z
        .string()
        .min(1)
        .max(1_000)
        .optional()
        .describe('Id of one signal. Omitted: every signal that waits together'),
      reason,
    }),
    prepare: ({ model: of, signal, reason: why }) => ({
      path: operationsPath(of),
      body: { action: 'withdraw', ...(signal !== undefined && { signal }), reason: why },
      shown: `withdraw ${signal === undefined ? 'the signals that wait' : `signal ${signal}`} of ${of}`,
    }),
  }),
  cancel_run: onRun('cancel-run', 'Cancel a running run and its jobs.'),
  accept_run: onRun(
    'accept-run',
    'Accept a run whose gates are inconclusive: its challenger is registered and released.',
  ),
  refuse_run: onRun(
    'refuse-run',
    'Refuse a run whose gates are inconclusive: its challenger is not registered.',
  ),
  approve_release: define({
    access: 'approve-release',
    description:
      'Approve a release that waits for approval. The approval is of exactly what the binding identifies: read the release with get_release first.',
    input: z.strictObject({
      releaseId,
      binding: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits: binding in the answer of get_release')
        .describe('SHA-256 of what is approved: binding in the answer of get_release'),
      reason,
    }),
    prepare: async (input, ask) => {
      const owner = ownerOf(input.releaseId, modelOfRelease(input.releaseId), 'release');
      const { release } = (await ask(`releases/${encodeURIComponent(input.releaseId)}`)) as Asked;
      return {
        path: operationsPath(owner),
        body: {
          action: 'approve-release',
          releaseId: input.releaseId,
          binding: input.binding,
          reason: input.reason,
        },
        shown: describeApproval(release, input.binding),
      };
    },
  }),
  reject_release: onRelease('reject-release', 'Reject a release that waits for approval.'),
  resume_release: onRelease('resume-release', 'Resume a release that is paused for a decision by a person.'),
  accept_release: onRelease('accept-release', 'Settle a version whose probation ended without a conclusion.'),
  abort_release: onRelease('abort-release', 'Abort a release: the previous version serves again.'),
  roll_back: define({
    access: 'roll-back',
    description: 'Roll a model back to an earlier, settled version.',
    input: z.strictObject({
      model,
      version: version.optional().describe('Omitted: the settled version before the one that serves'),
      reason,
    }),
    prepare: ({ model: of, version: to, reason: why }) => ({
      path: operationsPath(of),
      body: { action: 'roll-back', ...(to !== undefined && { version: to }), reason: why },
      shown: `roll ${of} back${to === undefined ? '' : ` to version ${to}`}`,
    }),
  }),
  quarantine_version: onVersion('quarantine', 'Quarantine a version: no release and no rollback may use it.'),
  lift_quarantine: onVersion('lift-quarantine', 'Lift the quarantine of a version.'),
  drill: onModel('drill', 'Run a rollback drill of a model. No user is served another version by it.'),
  stop_fleet: onFleet('stop', 'Throw the kill switch: no run of any model starts until it is released.'),
  resume_fleet: onFleet('resume', 'Release the kill switch.'),
};

interface Asked {
  readonly release: Pick<ReleaseRow, 'releaseId' | 'model' | 'endpoint' | 'stage' | 'digest'> & {
    readonly binding: string | null;
  };
}

/** What stands behind a binding, read from the service itself: an assistant's own account of it is not enough. */
function describeApproval({ releaseId: id, ...release }: Asked['release'], binding: string): string {
  if (release.binding !== binding) {
    throw new Error(
      `binding: release ${id} now waits for approval of ${release.binding ?? 'nothing'}, not of ${binding}; read it again with get_release`,
    );
  }
  const { name, version: number } = release.model;
  return `approve release ${id}: version ${number} of ${name} to ${release.endpoint}, stage ${release.stage}, files ${release.digest}, binding ${binding}`;
}
