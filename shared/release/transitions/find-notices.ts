/**
 * What people are to be told of a release as it stands: that it asks for approvals or for a person, goes back, or is over. Pure.
 *
 * Owns: which notices are due, each under an id that is the same however often it is found, and for whom.
 * Does not own: that each is sent once (the orchestrations), how it is shown (shared/notices).
 *
 * Invariant: the same state at the same time has the same notices; what was due stays due until the release is in another
 * state, so that a kill loses none.
 */
import { type AddressedNotice, addressNotice, type DueNotice, type NoticeFact } from '../../domain/notice.ts';
import type { EndedRelease } from '../../domain/release-state.ts';
import { findApprovalNotices } from './approval-notices.ts';
import type { Release, TargetState } from './state.ts';

export function findNotices(
  { release, ended }: TargetState,
  releaseId: string,
  now: string,
): readonly AddressedNotice[] {
  if (release?.releaseId === releaseId) {
    const due = [...findAsked(release), ...findGoingBack(release), ...findApprovalNotices(release, now)];
    return addressed(release, due);
  }
  const over = ended.findLast((each) => each.releaseId === releaseId);
  return over ? addressed(over, findOver(over)) : [];
}

function addressed(
  { releaseId, runId, model, notices = [] }: Pick<Release, 'releaseId' | 'runId' | 'model' | 'notices'>,
  due: readonly DueNotice[],
): readonly AddressedNotice[] {
  const of = { model: model.name, subject: releaseId, runId };
  return due.flatMap((notice) => addressNotice(of, notices, notice));
}

function findAsked(release: Release): DueNotice[] {
  const { asks, releaseId, model } = release;
  if (!asks) return [];
  const order = (what: string): string => `ratchet release ${what} ${releaseId} --reason TEXT`;
  return [
    {
      kind: 'release.asks',
      key: `${asks.why} ${asks.since}`,
      at: asks.since,
      title: `A person is asked: version ${model.version} of ${model.name}, ${asks.why}`,
      text: asks.sentence,
      facts: describe(release),
      commands: [`ratchet release ${releaseId}`, order('resume'), ...(release.back ? [] : [order('abort')])],
    },
  ];
}

function findGoingBack(release: Release): DueNotice[] {
  const { back, model, drill } = release;
  // A drill takes nobody's requests away: its end is what is told.
  if (!back || drill) return [];
  const { word, end, to } = back;
  const isExpired = end === 'rejected' && word.actor === undefined;
  const version = `version ${model.version} of ${model.name}`;
  return [
    {
      kind: isExpired ? 'approval.expired' : 'release.goes-back',
      key: word.at,
      at: word.at,
      title: isExpired ? `Not approved in time: ${version}` : `Goes back: ${version}`,
      text: `${word.by}: ${word.reason}`,
      facts: [
        ...describe(release),
        ...(release.hadTraffic
          ? [{ name: 'Requests go to', value: to ? `version ${to.model.version}` : 'nobody is known' }]
          : []),
      ],
      commands: [`ratchet release ${release.releaseId}`],
    },
  ];
}

function findOver(over: EndedRelease): DueNotice[] {
  const { state, model, endedAt, sentence, endpoint, releaseId, isDrill } = over;
  // One that has passed asks nothing of anybody: `ratchet serving` has it.
  if (state === 'drilled') return [];
  const isSettled = state === 'settled';
  const version = `version ${model.version} of ${model.name}`;
  return [
    {
      kind: isDrill ? 'drill.failed' : isSettled ? 'release.settled' : 'release.ended',
      key: state,
      at: endedAt,
      title: isDrill
        ? `The drill of the way back to ${version} has not passed: ${state}`
        : `${isSettled ? 'Settled' : `Over, ${state}`}: ${version}`,
      text: sentence,
      facts: [{ name: 'Endpoint', value: endpoint }],
      commands: [`ratchet release ${releaseId}`, `ratchet serving ${model.name}`],
    },
    ...findBaseline(over),
  ];
}

/** What drift is measured from is asked to move, once labelled rows of production have shown what is normal now. */
function findBaseline({ state, model, endedAt, provenBy, releaseId }: EndedRelease): DueNotice[] {
  if (state !== 'settled' || provenBy === undefined) return [];
  const files = `runs/${provenBy}/manifest.json`;
  return [
    {
      kind: 'baseline.moves',
      key: provenBy,
      at: endedAt,
      title: `Move the baseline of drift monitors: version ${model.version} of ${model.name}`,
      text: `Version ${model.version} was settled by labelled rows of production, which are what it meets now: drift should be measured from them. Their files are listed in ${files}, under evaluate. Give each monitor of the model these as its reference data.`,
      facts: [{ name: 'Reference data', value: files }],
      commands: [
        `ratchet release ${releaseId}`,
        'az ml schedule update --name MONITOR --file MONITOR.yml   # create_monitor.monitoring_signals: each reference_data.input_data',
      ],
    },
  ];
}

function describe({ target, stages, stage, runId }: Release): NoticeFact[] {
  const at = stages[stage];
  return [
    { name: 'Endpoint', value: target.endpoint },
    ...(at ? [{ name: 'Stage', value: at.stage }] : []),
    { name: 'Run', value: runId },
  ];
}
