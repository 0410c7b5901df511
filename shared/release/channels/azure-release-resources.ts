/** What Azure DevOps says of a classic release, in our words. Pure. */
import type { PipelineSeen } from '../../domain/pipeline.ts';
import type { Json } from './rest.ts';

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** What people have written, on one line and no longer than that. */
const oneLine = (text: string, most: number): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed();

/** The stage of a release, or of a definition, by its name; null: there is none. */
export function findStage({ environments }: Json, name: string): Json | null {
  const found = listOf(environments).find(
    (each) => String(each['name']).toLowerCase() === name.toLowerCase(),
  );
  return found ?? null;
}

/** What keeps variables from being given to a release of a definition; null: nothing. */
export function findNotSettable({ variables }: Json, names: readonly string[]): string | null {
  const known = (variables ?? {}) as Readonly<Record<string, { readonly allowOverride?: unknown } | null>>;
  const all = new Map(Object.entries(known).map(([name, value]) => [name.toLowerCase(), value]));
  const missing = names.filter((name) => all.get(name.toLowerCase())?.allowOverride !== true);
  if (missing.length === 0) return null;
  return `it takes no ${missing.join(', ')}: give it variables of ${missing.length === 1 ? 'that name' : 'those names'}, settable at release time`;
}

/** A person's approval that a stage waits for, or has had. */
interface StageApproval {
  readonly id: number;
  readonly status: string;
  readonly who: string;
  readonly comments: string;
}

function approvalsOf(
  stage: Json,
  which: 'preDeployApprovals' | 'postDeployApprovals',
): readonly StageApproval[] {
  return listOf(stage[which])
    .filter(({ isAutomated }) => isAutomated !== true)
    .map(({ id, status, approver, approvedBy, comments }) => ({
      ...{ id: Number(id), status: String(status), comments: typeof comments === 'string' ? comments : '' },
      who: nameOf(status === 'pending' ? approver : (approvedBy ?? approver)),
    }));
}

const nameOf = (who: unknown): string => {
  const { displayName } = (who ?? {}) as { displayName?: unknown };
  return typeof displayName === 'string' && displayName !== '' ? oneLine(displayName, 100) : 'somebody';
};

/** The approvals before a stage that wait. */
export function pendingOf(release: Json, name: string): readonly StageApproval[] {
  const stage = findStage(release, name);
  return stage ? approvalsOf(stage, 'preDeployApprovals').filter(({ status }) => status === 'pending') : [];
}

/** "EnvironmentStatus" that may still change. */
const running: ReadonlySet<unknown> = new Set(['inProgress', 'queued', 'scheduled']);
export const isRunning = ({ status }: Json): boolean => running.has(status);

export function hasEnded(release: Json, name: string): boolean {
  return seenOf(release, name).state !== 'running';
}

export function seenOf(release: Json, name: string): PipelineSeen {
  const { id, status, _links } = release;
  const { href } = ((_links as Json | undefined)?.['web'] ?? {}) as { href?: unknown };
  // It is shown to people: no other kind of address than this.
  const url = typeof href === 'string' && /^https:\/\/[^\s<>"'()]{1,500}$/.test(href) ? href : null;
  const run = { id: String(id), url };
  const stage = findStage(release, name);
  if (!stage) return { state: 'failed', why: `it has no stage ${name}`, run };
  switch (stage['status']) {
    case 'succeeded':
      return { state: 'succeeded', why: '', run };
    case 'partiallySucceeded':
      return { state: 'failed', why: `stage ${name} has only partly succeeded`, run };
    case 'rejected':
      return { state: 'failed', why: describeRejection(stage, name), run };
    case 'canceled':
      return { state: 'cancelled', why: `stage ${name} was cancelled`, run };
    default:
      if (status === 'abandoned') return { state: 'cancelled', why: 'it was abandoned', run };
      return { state: 'running', why: describeWait(stage, name), run };
  }
}

function describeRejection(stage: Json, name: string): string {
  const by = (which: Parameters<typeof approvalsOf>[1]) =>
    approvalsOf(stage, which).find(({ status }) => status === 'rejected');
  const rejected = by('preDeployApprovals') ?? by('postDeployApprovals');
  if (!rejected) return `stage ${name} has failed`;
  const said = rejected.comments === '' ? '' : `: ${oneLine(rejected.comments, 300)}`;
  return `the approval of stage ${name} was rejected by ${rejected.who}${said}`;
}

function describeWait(stage: Json, name: string): string {
  const waits = (which: Parameters<typeof approvalsOf>[1], when: string): string | null => {
    const pending = approvalsOf(stage, which).filter(({ status }) => status === 'pending');
    if (pending.length === 0) return null;
    return `waits for the approval ${when} stage ${name}, by ${pending.map(({ who }) => who).join(', ')}`;
  };
  const approval = waits('preDeployApprovals', 'before') ?? waits('postDeployApprovals', 'after');
  return approval ?? (stage['status'] === 'notStarted' ? `waits for the trigger of stage ${name}` : '');
}
