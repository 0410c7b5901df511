/** What people are told of a stage that waits for their approval. Pure; see find-notices.ts. */
import type { ApprovalStage } from '../../config/approval-stage-schema.ts';
import { namePeople } from '../../domain/name-people.ts';
import type { DueNotice, NoticeFact } from '../../domain/notice.ts';
import {
  approversAt,
  countReminders,
  deadlineOf,
  escalatesAt,
  knownNames,
  sortApprovals,
} from './approval.ts';
import { bindingOf, subjectOf } from './binding.ts';
import { explainOther } from './offered.ts';
import { stageOf } from './stages.ts';
import type { Release } from './state.ts';

export function findApprovalNotices(release: Release, now: string): DueNotice[] {
  const stage = stageOf(release);
  const isWaiting = release.state === 'waiting-for-approval' && !release.back && !release.asks;
  if (stage?.kind !== 'approval' || !isWaiting) return [];
  const until = deadlineOf(release, stage);
  const escalated = escalatesAt(release, stage);
  const isEscalated = escalated !== null && now >= escalated;
  const also = isEscalated ? (stage.escalate?.to ?? []) : [];
  const reminders = countReminders(release, stage, now);
  const { valid, voided } = sortApprovals(release);
  const binding = bindingOf(release);
  const { version, name } = release.model;
  const of = `version ${version} of ${name}, stage ${stage.stage}`;
  const wanted = `${valid.length} of ${stage.need} people have approved; it waits until ${until}.`;
  const common = {
    facts: describe(release, stage, now),
    commands: describeCommands(release.releaseId, binding),
    approval: { binding, until },
  };
  return [
    {
      ...{ kind: 'approval.waits', key: `${release.stageSince} ${binding}`, at: release.stageSince },
      ...{ title: `Approval wanted: ${of}`, text: wanted, ...common },
    },
    // Of several that were missed the latest alone is due.
    ...(reminders > 0
      ? [
          {
            ...{ kind: 'approval.reminder' as const, key: `${release.stageSince} ${reminders}`, at: now },
            ...{ title: `Still waits for approval: ${of}`, text: wanted, also, ...common },
          },
        ]
      : []),
    ...(isEscalated
      ? [
          {
            ...{ kind: 'approval.escalated' as const, key: release.stageSince, at: escalated },
            ...{ title: `Escalated, still not approved: ${of}`, text: wanted, also, ...common },
          },
        ]
      : []),
    ...voided.map(({ by, at, binding: was }) => ({
      ...{ kind: 'approval.void' as const, key: `${by} ${at} ${binding}`, at: now, ...common },
      title: `An approval is void: ${of}`,
      text: `The approval that ${by} gave at ${at} is void: ${explainOther(release, was)}. ${wanted}`,
    })),
  ];
}

function describeCommands(releaseId: string, binding: string): string[] {
  return [
    `ratchet release ${releaseId}`,
    `ratchet release approve ${releaseId} --binding ${binding} --reason TEXT`,
    `ratchet release reject ${releaseId} --reason TEXT`,
  ];
}

/** What an approval would be of, and whose is asked. */
function describe(release: Release, stage: ApprovalStage, now: string): NoticeFact[] {
  const { digest, dataHash, gateReportHash, configHash, endpoint, targetHash, stageHash } =
    subjectOf(release);
  const names = knownNames(release);
  const by = approversAt(release, stage, now);
  const approvers = by === null ? 'whoever has the role approver' : namePeople(by, names);
  const barred = stage.notRequester ? release.requestedBy : [];
  const but = barred.length === 0 ? '' : `, but not ${namePeople(barred, names)}, who requested the run`;
  return [
    { name: 'Who may', value: `${approvers}${but}` },
    { name: 'Needs', value: String(stage.need) },
    { name: 'Endpoint', value: endpoint },
    { name: 'Run', value: release.runId },
    { name: 'Digest of the files', value: digest ?? 'not known' },
    { name: 'Data', value: dataHash },
    { name: 'Gate report', value: gateReportHash },
    { name: 'Model file', value: configHash },
    { name: 'release.target', value: targetHash },
    { name: 'Stage in the file', value: stageHash },
  ];
}
