/** What happened to a model, as marks and spans in lanes, and as rows of a table: both are made of the same. Pure. */
import type { CheckVerdict } from '../../shared/domain/check.ts';
import type { Timeline } from '../../shared/domain/timeline.ts';
import { addressOf } from '../address/route.ts';
import { sayAdmission, sayOutcome, sayReason, sayRelease, type Tone } from '../format/words.ts';

export const lanes = [
  ...(['checks', 'decisions', 'runs', 'releases', 'holds', 'champions'] as const),
  // Of a policy that is tried: what would have been.
  ...(['episodes', 'in-force', 'tried', 'differences'] as const),
] as const;
export type Lane = (typeof lanes)[number];

export const laneNames: Readonly<Record<Lane, string>> = {
  checks: 'Checks and operations',
  decisions: 'Decisions',
  runs: 'Runs',
  releases: 'Releases',
  holds: 'Freezes and modes',
  champions: 'Champion',
  episodes: 'Episodes',
  'in-force': 'Runs by the policy in force',
  tried: 'Runs by this policy',
  differences: 'Decided otherwise by this policy',
};

/** `no`: a cross. `open`: a ring, not decided for good. */
type Shape = 'dot' | 'no' | 'open' | 'small' | 'square';

export interface Event {
  readonly key: string;
  readonly lane: Lane;
  readonly fromMs: number;
  /** The same as `fromMs` for what has no length; null: it goes on. */
  readonly untilMs: number | null;
  readonly shape: Shape;
  readonly tone: Tone;
  /** What stands in a span. */
  readonly text: string;
  /** The whole of it, for a person. */
  readonly sentence: string;
  readonly href: string | null;
  /** Stretches of a span that are told apart, the first first. */
  readonly parts: readonly { readonly fromMs: number; readonly tone: Tone }[];
}

const ms = (iso: string): number => Date.parse(iso);
const endOf = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
const point = (iso: string) => ({ fromMs: ms(iso), untilMs: ms(iso), parts: [] });

/** The latest first. */
export function eventsOf(of: Timeline): readonly Event[] {
  return [
    ...of.checks.map(checkEvent),
    ...of.operations.map(operationEvent),
    ...of.decisions.map(decisionEvent),
    ...of.runs.map(runEvent),
    ...of.releases.map(releaseEvent),
    ...of.holds.map(holdEvent),
    ...of.champions.map(championEvent(of.model)),
  ].sort((a, b) => b.fromMs - a.fromMs);
}

const ofCheck: Readonly<Record<CheckVerdict, { readonly tone: Tone; readonly text: string }>> = {
  fine: { tone: 'quiet', text: 'nothing found' },
  inconclusive: { tone: 'warn', text: 'beyond its threshold and not surely' },
  breached: { tone: 'bad', text: 'breached' },
  recovered: { tone: 'good', text: 'recovered' },
  'too-few': { tone: 'warn', text: 'too few to judge' },
  missing: { tone: 'warn', text: 'number is missing' },
  failed: { tone: 'bad', text: 'check failed' },
};

export const sayCheck = (verdict: CheckVerdict) => ofCheck[verdict] ?? { tone: 'quiet', text: verdict };

function checkEvent(check: Timeline['checks'][number]): Event {
  const { tone, text } = sayCheck(check.verdict);
  return {
    ...point(check.at),
    key: `check ${check.rule} ${check.kind} ${check.at} ${check.window}`,
    ...{ lane: 'checks', shape: check.verdict === 'fine' ? 'small' : 'dot', tone },
    text: `${check.rule}: ${text}`,
    sentence: check.sentence,
    href: check.signalId === null ? null : addressOf.decision(check.signalId),
  };
}

function operationEvent({
  id,
  at,
  action,
  by,
  reason,
  done,
  sentence,
}: Timeline['operations'][number]): Event {
  return {
    ...point(at),
    ...{ key: `operation ${id}`, lane: 'checks', shape: 'square', tone: done ? 'live' : 'quiet' },
    ...{ text: `${action} by ${by}`, sentence: `${sentence} (${reason})`, href: null },
  };
}

function decisionEvent(decision: Timeline['decisions'][number]): Event {
  const said = sayAdmission(decision.outcome);
  const shapes = { admitted: 'dot', rejected: 'no', deferred: 'open', coalesced: 'small' } as const;
  return {
    ...point(decision.decidedAt),
    key: `decision ${decision.signalId}`,
    ...{ lane: 'decisions', shape: shapes[decision.outcome] ?? 'dot', tone: said.tone },
    text: `${decision.kind}: ${said.text}, ${sayReason(decision.reason)}`,
    sentence: `${decision.summary} ${decision.sentence}${decision.changedBy === '' ? '' : ` ${decision.changedBy}`}`,
    href: addressOf.decision(decision.signalId),
  };
}

function runEvent(run: Timeline['runs'][number]): Event {
  const said = sayOutcome(run.outcome);
  return {
    ...{ key: `run ${run.runId}`, lane: 'runs', shape: 'dot', tone: said.tone },
    ...{ fromMs: ms(run.from), untilMs: endOf(run.until), parts: [] },
    text: `${run.kind}: ${said.text}${run.outcome === null ? `, ${run.phase}` : ''}`,
    sentence: run.sentence === '' ? run.runId : run.sentence,
    href: addressOf.run(run.runId),
  };
}

function releaseEvent(release: Timeline['releases'][number]): Event {
  const said = sayRelease(release.state);
  return {
    ...{ key: `release ${release.releaseId}`, lane: 'releases', shape: 'dot', tone: said.tone },
    ...{ fromMs: ms(release.from), untilMs: endOf(release.until) },
    parts: release.steps.map(({ from, state }) => ({ fromMs: ms(from), tone: sayRelease(state).tone })),
    text: `version ${release.version}: ${said.text}${release.isDrill ? ', a drill' : ''}`,
    sentence: release.sentence,
    href: addressOf.release(release.releaseId),
  };
}

const holdWords = { freeze: 'frozen', mode: 'mode', stop: 'kill switch' } as const;

function holdEvent(hold: Timeline['holds'][number]): Event {
  const who = hold.by === null ? 'the model file' : hold.by;
  return {
    ...{ key: `hold ${hold.what} ${hold.name} ${hold.from} ${hold.by}`, lane: 'holds', shape: 'dot' },
    ...{ fromMs: ms(hold.from), untilMs: endOf(hold.until), parts: [], href: null },
    tone: hold.what === 'stop' ? 'bad' : hold.what === 'freeze' ? 'warn' : 'quiet',
    text: `${holdWords[hold.what]}${hold.name === null ? '' : ` ${hold.name}`}`,
    sentence: `${holdWords[hold.what]} by ${who}: ${hold.reason}`,
  };
}

const championEvent =
  (model: string) =>
  (champion: Timeline['champions'][number]): Event => ({
    ...{
      key: `champion ${champion.version} ${champion.from}`,
      lane: 'champions',
      shape: 'dot',
      tone: 'good',
    },
    ...{ fromMs: ms(champion.from), untilMs: endOf(champion.until), parts: [] },
    text: `version ${champion.version}`,
    sentence: `Version ${champion.version} was the champion.`,
    href: addressOf.version(model, champion.version),
  });

/** Everything that the axis must have room for. */
export function marksOf(events: readonly Event[], of: Timeline): readonly number[] {
  return [
    ...events.flatMap(({ fromMs, untilMs }) => (untilMs === null ? [fromMs] : [fromMs, untilMs])),
    ...of.metrics.flatMap(({ samples }) => samples.map(({ at }) => ms(at))),
  ];
}
