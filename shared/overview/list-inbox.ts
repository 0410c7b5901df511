/** What of one model waits for a person, with what answers it. Pure. */
import type { Visitor } from '../access/visitor.ts';
import { runOfGlass } from '../domain/broken-glass.ts';
import type {
  InboxApproval,
  InboxBreakGlass,
  InboxItem,
  InboxQuestion,
  InboxRun,
  InboxSuggestion,
} from '../domain/inbox.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { TargetState } from '../release/transitions/state.ts';
import { modelAct, releaseAct } from './list-acts.ts';
import { glassUntil } from './list-waits.ts';

interface Asked {
  readonly model: string;
  readonly visitor: Visitor;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export function itemsOfState(asked: Asked, state: ModelState): readonly InboxItem[] {
  return [runItem(asked, state), suggestionItem(asked, state), glassItem(asked, state)].filter(
    (item) => item !== null,
  );
}

function runItem({ model, ...asked }: Asked, state: ModelState): InboxRun | null {
  const { live } = state;
  if (!live?.asks || live.asks.answer) return null;
  const runId = runOfGlass(live.runId);
  const { until } = live.asks;
  return {
    ...{ what: 'run', id: `run ${runId}`, model, runId, since: null, until },
    sentence: `The gates of run ${runId} are inconclusive: a person says whether its challenger is released.`,
    otherwise: 'It ends inconclusive, and the champion stays.',
    acts: [
      modelAct(asked, state, {
        action: { action: 'accept-run', runId },
        does: `Registers and releases the challenger of run ${runId} as one that passed.`,
        command: `ratchet accept ${runId} --reason TEXT`,
      }),
      modelAct(asked, state, {
        action: { action: 'refuse-run', runId },
        does: `Ends run ${runId} inconclusive; the champion stays.`,
        command: `ratchet refuse ${runId} --reason TEXT`,
      }),
    ],
  };
}

function suggestionItem({ model, ...asked }: Asked, state: ModelState): InboxSuggestion | null {
  const { pending } = state;
  if (pending?.suggestedUntil === undefined || pending.approved || pending.suggestedUntil <= asked.at)
    return null;
  const { signals, suggestedUntil: until, since = null } = pending;
  return {
    ...{ what: 'suggestion', id: `suggestion ${signals[0]}`, model, signals, since, until },
    sentence: `A run of ${model} is suggested for ${counted(signals.length, 'signal')}, ${signals[0]} the first.`,
    otherwise: 'The suggestion expires, and its signals are rejected.',
    acts: [
      modelAct(asked, state, {
        action: { action: 'approve' },
        does: 'Lets the run start, unless a freeze, the rate or a budget blocks it.',
        command: `ratchet approve ${model} --reason TEXT`,
      }),
      modelAct(asked, state, {
        action: { action: 'withdraw', signal: null },
        does: 'Rejects the signals that wait; no run starts for them.',
        command: `ratchet withdraw ${model} --reason TEXT`,
      }),
    ],
  };
}

function glassItem({ model, ...asked }: Asked, state: ModelState): InboxBreakGlass | null {
  const { glass } = state;
  if (!glass || glassUntil(glass.at) <= asked.at) return null;
  const { runId, ...first } = glass;
  return {
    ...{ what: 'break-glass', id: `break-glass ${runId}`, model, runId, first, since: first.at },
    until: glassUntil(first.at),
    sentence: `${first.by} wants the challenger of run ${runId} promoted against the gates (${first.reason}): it takes a second person.`,
    otherwise: 'The first word expires, and nothing is released.',
    acts: [
      modelAct(asked, state, {
        action: { action: 'break-glass', runId },
        does: `Promotes the challenger of run ${runId} although its gates did not pass it.`,
        command: `ratchet break-glass ${runId} --reason TEXT`,
      }),
    ],
  };
}

export function itemOfRelease(
  { model, ...asked }: Asked,
  row: ReleaseRow,
  state: TargetState | null,
): InboxApproval | InboxQuestion | null {
  const { releaseId, runId, model: of, sentence, since, endedAt, asks, approval, binding } = row;
  const common = { model, releaseId, runId, version: of.version, sentence, since };
  if (endedAt !== null) return null;
  if (approval && binding !== null) {
    return {
      ...{ ...common, what: 'approval', id: `approval ${releaseId} ${binding}`, asked: approval, binding },
      until: approval.until,
      given: row.approvals.filter((each) => each.binding === binding),
      otherwise:
        approval.end === 'ask' ? 'A person is asked how to go on.' : 'It is rejected, and goes back.',
      acts: approvalActs(asked, { releaseId, binding, version: of.version }, state),
    };
  }
  if (asks === null) return null;
  return {
    ...{ ...common, what: 'question', id: `question ${releaseId} ${asks} ${since}`, why: asks },
    ...{ until: null, otherwise: null },
    acts: questionActs(asked, { releaseId, isUnproven: asks === 'unproven' }, state),
  };
}

function approvalActs(
  { visitor, at }: Omit<Asked, 'model'>,
  { releaseId, binding, version }: { releaseId: string; binding: string; version: string },
  state: TargetState | null,
) {
  const { teams } = visitor;
  return [
    releaseAct({ visitor, at }, state, {
      action: { action: 'approve-release', releaseId, binding, teams },
      does: `Counts as your approval of version ${version}, as ${binding.slice(0, 12)} names it.`,
      command: `ratchet release approve ${releaseId} --binding ${binding} --reason TEXT`,
    }),
    releaseAct({ visitor, at }, state, {
      action: { action: 'reject-release', releaseId },
      does: 'Ends the release; its target goes back to how it was.',
      command: `ratchet release reject ${releaseId} --reason TEXT`,
    }),
  ];
}

function questionActs(
  asked: Omit<Asked, 'model'>,
  { releaseId, isUnproven }: { releaseId: string; isUnproven: boolean },
  state: TargetState | null,
) {
  const accept = {
    action: { action: 'accept-release', releaseId } as const,
    does: 'Settles the version although its probation could not say.',
    command: `ratchet release accept ${releaseId} --reason TEXT`,
  };
  return [
    ...(isUnproven ? [releaseAct(asked, state, accept)] : []),
    releaseAct(asked, state, {
      action: { action: 'resume-release', releaseId },
      does: 'Has the release go on from where it stands.',
      command: `ratchet release resume ${releaseId} --reason TEXT`,
    }),
    releaseAct(asked, state, {
      action: { action: 'abort-release', releaseId },
      does: 'Has the release go back to the version before.',
      command: `ratchet release abort ${releaseId} --reason TEXT`,
    }),
  ];
}
