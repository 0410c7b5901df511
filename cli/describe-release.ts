/** A release for a person: what it does, what it waits for, and what an approval of it would be of. */
import pc from 'picocolors';
import type { LookedCheck } from '../shared/domain/look-result.ts';
import { namePeople } from '../shared/domain/name-people.ts';
import type { NoticeRow } from '../shared/domain/notice.ts';
import { counted } from '../shared/domain/plural.ts';
import type { ApprovalSubject, ReleaseRow } from '../shared/domain/release-state.ts';

export function describeRow({ startedAt, releaseId, model, endpoint, state, sentence }: ReleaseRow): string {
  return `${startedAt}  ${releaseId}  ${pc.bold(state)}  version ${model.version} to ${endpoint}  ${sentence}`;
}

/** What answers the question that a release asks, by why it asks. */
const answers: Readonly<Record<NonNullable<ReleaseRow['asks']>, string>> = {
  drifted:
    'resume: goes on from what the endpoint serves now; or put the endpoint right, and it goes on by itself',
  inconclusive: 'resume: the step goes on for as long again; it is left forwards only where its checks pass',
  unproven:
    'resume: it stays on probation for as long again; accept, in place of resume: it is settled without evidence',
  'no-way-back': 'resume: the release ends; what is to serve the endpoint is yours to say',
  'not-approved': 'resume: approvals are waited for again, as long as before',
  'not-drilled': 'resume: the way back is drilled again, and nothing is deployed before a drill has passed',
  unverified: 'resume: the package is verified again before the step; put back what was changed first',
  stuck: 'resume: the way back is tried again at once; it is tried every ten minutes anyway',
};

export function describeRelease(row: ReleaseRow): string {
  const { releaseId, runId, model, endpoint, state, since, startedAt, endedAt, stage, step, digest } = row;
  const { lastLook, approvals, asks } = row;
  return [
    `${pc.bold(releaseId)}  ${pc.bold(state)} since ${since}`,
    `  ${row.sentence}`,
    `  version   ${model.version} of ${model.name} to endpoint ${endpoint}; run ${runId}`,
    `  digest    ${digest ?? 'not known before it is deployed'}`,
    `  began     ${startedAt}${endedAt === null ? '' : `, ended ${endedAt}`}`,
    ...(stage === null ? [] : [`  stage     ${stage}${step === null ? '' : `, ${step} % of the requests`}`]),
    ...(asks === null
      ? []
      : [`  ${pc.red(`asks      a person, because ${asks}`)}`, ...describeAnswers(releaseId, asks)]),
    ...(lastLook
      ? [
          `  last look ${lastLook.verdict} at ${lastLook.at}, ${lastLook.requests} requests: ${lastLook.sentence}`,
          ...(lastLook.checks ?? []).map(describeCheck),
        ]
      : []),
    ...describeProbation(row),
    ...approvals.map(
      ({ by, at, reason, binding }) =>
        `  approved  by ${by} at ${at}: ${reason}${binding === row.binding ? '' : pc.red(' (void: of something else than is asked now)')}`,
    ),
    ...describeAsked(row),
  ].join('\n');
}

function describeCheck({ check, challenger, champion }: LookedCheck): string {
  const side = ({ requests, bad }: LookedCheck['challenger']): string =>
    bad === null ? 'not counted' : `${bad.most} bad of ${counted(requests, 'request')}`;
  return `    ${check}: challenger ${side(challenger)}, champion ${side(champion)}`;
}

function describeProbation({ probation }: ReleaseRow): string[] {
  if (!probation) return [];
  const { needs, until, nextAt, job, looks, last } = probation;
  return [
    `  probation until ${needs} labelled rows have passed, at most until ${until}`,
    job === null ? `  next look ${nextAt}` : `  look      since ${nextAt}, job ${job}`,
    ...(last
      ? [
          `  judged    ${looks} so far; last ${last.verdict} at ${last.at}, ${last.labels ?? 'no'} labels: ${last.sentence}`,
        ]
      : []),
  ];
}

function describeAnswers(releaseId: string, asks: NonNullable<ReleaseRow['asks']>): string[] {
  return [
    `            ratchet release resume ${releaseId} --reason TEXT`,
    `            ${answers[asks]}`,
    ...(asks === 'unproven' ? [`            ratchet release accept ${releaseId} --reason TEXT`] : []),
    ...(asks !== 'no-way-back' && asks !== 'stuck'
      ? [`            ratchet release abort ${releaseId} --reason TEXT`]
      : []),
  ];
}

function describeAsked({ releaseId, approval, approvals, binding }: ReleaseRow): string[] {
  if (!approval) return [];
  const { need, by, barred, names, until, end, escalatesAt, subject } = approval;
  const valid = approvals.filter((each) => each.binding === binding);
  const who = by === null ? 'whoever has the role approver' : namePeople(by, names);
  const but = barred.length === 0 ? '' : `, but not ${namePeople(barred, names)}, who requested the run`;
  return [
    `  approvals ${valid.length} of ${need}, until ${until}; then ${end === 'ask' ? 'a person is asked' : 'it is rejected'}`,
    `  approvers ${who}${but}`,
    ...(escalatesAt ? [`  escalates ${escalatesAt}`] : []),
    '  An approval now would be of',
    ...describeSubject(subject),
    `    binding     ${binding}`,
    `  ratchet release approve ${releaseId} --binding ${binding} --reason TEXT`,
  ];
}

export function describeSubject(subject: ApprovalSubject): string[] {
  const { model, version, digest, dataHash, gateReportHash, configHash, endpoint, targetHash } = subject;
  return [
    `    version     ${version} of ${model}`,
    `    digest      ${digest ?? 'not known'}`,
    `    data        ${dataHash}`,
    `    gate report ${gateReportHash}`,
    `    model file  ${configHash}`,
    `    endpoint    ${endpoint}, with what release.target says: ${targetHash}`,
    `    stage       ${subject.stage}, as the model file has it: ${subject.stageHash}`,
  ];
}

/** What people were told, the latest first, and what did not reach them. */
export function describeNotices(notices: readonly NoticeRow[] = []): string[] {
  return notices.map(({ to, kind, at, state, tries, triedAt, why }) => {
    const told = `  told      ${to}: ${kind} of ${at}`;
    if (state === 'delivered') return `${told}, delivered ${triedAt}`;
    const again = state === 'tried-again' ? 'is tried again' : 'was given up';
    return `${told}, ${pc.red(`not delivered after ${counted(tries, 'attempt')}`)}, ${again}: ${why}`;
  });
}
