/** What of a model waits, for whom and until when: those for a person first. Pure. */
import { glassHoldsMs } from '../admission/break-glass.ts';
import { addMs } from '../admission/time.ts';
import { runOfGlass } from '../domain/broken-glass.ts';
import type { ModelCard } from '../domain/model-card.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { OverviewWait } from '../domain/overview.ts';
import { counted } from '../domain/plural.ts';

interface Waiting {
  readonly state: ModelState | null;
  readonly card: ModelCard;
  readonly at: string;
}

/** Until when the word of the first of two who override the gates holds (ISO 8601, UTC). */
export const glassUntil = (at: string): string => addMs(at, glassHoldsMs);

export function listWaits({ state, card, at }: Waiting): readonly OverviewWait[] {
  const waits = [...ofReleases(card), ...(state ? [...ofPeople(state, at), ...ofItself(state, card)] : [])];
  return waits.toSorted((a, b) => Number(b.forPerson) - Number(a.forPerson));
}

function ofReleases({ releases }: ModelCard): OverviewWait[] {
  return releases
    .filter(({ asks }) => asks)
    .map(({ releaseId, state, sentence }) => ({
      what: state === 'waiting-for-approval' ? 'approval' : 'release',
      id: releaseId,
      count: 1,
      forPerson: true,
      until: null,
      sentence,
    }));
}

function ofPeople({ live, pending, glass }: ModelState, at: string): OverviewWait[] {
  const waits: OverviewWait[] = [];
  const one = { count: 1, forPerson: true };
  if (live?.asks && !live.asks.answer) {
    const { until } = live.asks;
    const sentence = `Run ${live.runId} is inconclusive and waits until ${until} for a person to accept or refuse it.`;
    waits.push({ what: 'run', id: live.runId, ...one, until, sentence });
  }
  if (pending?.suggestedUntil !== undefined && !pending.approved && pending.suggestedUntil > at) {
    const { signals, suggestedUntil: until } = pending;
    const sentence = `A run for ${counted(signals.length, 'signal')} is suggested, and waits until ${until} for a person to approve it.`;
    const id = signals[0] ?? '';
    waits.push({ what: 'suggestion', id, count: signals.length, forPerson: true, until, sentence });
  }
  if (glass && glassUntil(glass.at) > at) {
    const until = glassUntil(glass.at);
    const sentence = `${glass.by} wants to override the gates for run ${glass.runId}: a second person has to approve it by ${until}.`;
    waits.push({ what: 'break-glass', id: glass.runId, ...one, until, sentence });
  }
  return waits;
}

function ofItself(state: ModelState, card: ModelCard): OverviewWait[] {
  const { pending, waiting = [], requested = [], live } = state;
  const waits: OverviewWait[] = [];
  const whyOf = (signal: string): string => {
    const reason = card.waiting.find(({ signalId }) => signalId === signal)?.reason;
    return reason === undefined ? '' : ` (${reason})`;
  };
  if (pending && (pending.suggestedUntil === undefined || pending.approved)) {
    const [id = ''] = pending.signals;
    const count = pending.signals.length;
    const sentence = `${counted(count, 'signal')} ${count === 1 ? 'waits' : 'wait'} until ${pending.until}${whyOf(id)}.`;
    waits.push({ what: 'signals', id, count, forPerson: false, until: pending.until, sentence });
  }
  const others = live ? `for the end of run ${runOfGlass(live.runId)}` : 'for what blocks it to end';
  for (const id of waiting.filter((signal) => signal !== pending?.signals[0])) {
    const count = requested[0] === id ? requested.length : 1;
    const sentence = `Request ${id} waits ${others}${whyOf(id)}.`;
    waits.push({ what: 'request', id, count, forPerson: false, until: null, sentence });
  }
  return waits;
}
