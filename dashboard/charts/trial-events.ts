/** What a policy would have done, as marks and spans of the time line. Pure. */
import type { Backtest } from '../../shared/backtest/backtest.ts';
import { addressOf } from '../address/route.ts';
import { sayAnswer } from '../format/trial.ts';
import { sayAdmission, sayOutcome } from '../format/words.ts';
import type { Event, Lane } from './lanes.ts';

type Policy = Backtest['policies'][number];

export function trialEvents({ policies, differences }: Backtest): readonly Event[] {
  const [inForce, tried] = policies;
  return [
    ...(inForce?.episodes.all ?? []).map(episodeEvent),
    ...(inForce?.runList ?? []).map((run) => runEvent('in-force', run)),
    ...(tried?.runList ?? []).map((run) => runEvent('tried', run)),
    ...differences.flatMap(({ decisions }) => decisions.map(differenceEvent)),
  ];
}

function episodeEvent({ name, from, until }: Policy['episodes']['all'][number]): Event {
  return {
    ...{
      key: `episode ${name} ${from}`,
      lane: 'episodes',
      shape: 'dot',
      tone: 'warn',
      parts: [],
      href: null,
    },
    ...{ fromMs: Date.parse(from), untilMs: Date.parse(until) },
    text: `episode ${name}`,
    sentence: 'The model was worse than it may be.',
  };
}

function runEvent(lane: Lane, run: Policy['runList'][number]): Event {
  const { runId, startedAt, endedAt, outcome, kind, isRecorded } = run;
  const said = sayOutcome(outcome);
  return {
    ...{ key: `${lane} ${runId}`, lane, shape: 'dot', tone: isRecorded ? said.tone : 'live', parts: [] },
    ...{ fromMs: Date.parse(startedAt), untilMs: endedAt === null ? null : Date.parse(endedAt) },
    text: `${kind}: ${said.text}${isRecorded ? '' : ', assumed'}`,
    sentence: isRecorded
      ? `Run ${runId} took place, and ended so.`
      : `Run ${runId} never took place: how long it takes and how it ends is assumed.`,
    href: isRecorded ? addressOf.run(runId) : null,
  };
}

function differenceEvent(difference: Backtest['differences'][number]['decisions'][number]): Event {
  const { signalId, offeredAt, summary, first, second } = difference;
  const at = Date.parse(second?.decidedAt ?? offeredAt);
  return {
    ...{ key: `difference ${signalId}`, lane: 'differences', shape: 'dot', parts: [] },
    ...{ fromMs: at, untilMs: at, tone: second ? sayAdmission(second.outcome).tone : 'quiet' },
    text: sayAnswer(second),
    sentence: `${summary} In force: ${sayAnswer(first)}. ${second?.sentence ?? ''}`.trim(),
    href: first ? addressOf.decision(signalId) : null,
  };
}
