/**
 * What is told of a fact: its spans, and the values of metrics. Pure.
 *
 * A signal, a run and a release each have a trace; what one led to is linked, for days may lie between them. The steps of a run
 * or release are parts of it.
 */
import type { Decision } from '../domain/decision.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { Fact, StepFact } from './fact.ts';
import type { Measure } from './metric-catalog.ts';
import { idsOf, partOf, readTraceParent, type SpanIds } from './trace-ids.ts';

export interface ToldSpan {
  readonly name: string;
  /** Null: new ones. */
  readonly ids: SpanIds | null;
  /** Null: it is the first of its trace. */
  readonly parent: SpanIds | null;
  readonly links: readonly SpanIds[];
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; empty: it did not. */
  readonly error: string;
}

interface Told {
  readonly spans: readonly ToldSpan[];
  readonly measures: readonly Measure[];
}

export function describeFact(fact: Fact): Told {
  switch (fact.what) {
    case 'signal':
      return describeSignal(fact);
    case 'decision':
      return describeDecision(fact.decision);
    case 'run':
      return describeRun(fact.run);
    case 'release':
      return describeRelease(fact.release);
    case 'step':
      return describeStep(fact);
    case 'standing':
      return { spans: [], measures: fact.measures };
  }
}

/** What names a fact that may be told more than once; null: it is another one each time. */
export function keyOfFact(fact: Fact): string | null {
  if (fact.what === 'decision') return `decision ${fact.decision.signal.id} ${fact.decision.decidedAt}`;
  if (fact.what === 'run') return `run ${fact.run.runId}`;
  if (fact.what !== 'release') return null;
  const { releaseId, state, stage, step } = fact.release;
  return `release ${releaseId} ${state} ${stage} ${step}`;
}

function describeSignal({ signal, isRepeated, startMs, endMs }: Extract<Fact, { what: 'signal' }>): Told {
  const { id, model, kind } = signal;
  const attributes = { 'ratchet.model': model, 'ratchet.kind': kind };
  const measures: Measure[] = [
    { metric: 'ratchet.signals', value: 1, attributes: { ...attributes, 'ratchet.repeated': isRepeated } },
  ];
  if (isRepeated) return { spans: [], measures };
  const ids = idsOf('signal', id);
  const named = { ...attributes, 'ratchet.decision_id': maskSecrets(id) };
  return { spans: [span('signal', { ids, startMs, endMs, attributes: named })], measures };
}

function describeDecision({
  signal,
  outcome,
  reason,
  runId,
  sentence,
  offeredAt,
  decidedAt,
}: Decision): Told {
  const whole = idsOf('signal', signal.id);
  const common = { 'ratchet.model': signal.model, 'ratchet.kind': signal.kind, 'ratchet.outcome': outcome };
  const attributes = {
    ...common,
    'ratchet.reason': reason,
    'ratchet.decision_id': maskSecrets(signal.id),
    'ratchet.sentence': maskSecrets(sentence),
    ...(runId !== null && { 'ratchet.run_id': runId }),
  };
  const spans = [
    span('decision', {
      ids: partOf(whole, `decision ${decidedAt}`),
      parent: whole,
      links: runId === null ? [] : [idsOf('run', runId)],
      startMs: Date.parse(offeredAt),
      endMs: Date.parse(decidedAt),
      attributes,
    }),
  ];
  const counted: Measure = {
    metric: 'ratchet.decisions',
    value: 1,
    attributes: { ...common, 'ratchet.reason': reason },
  };
  if (outcome === 'deferred') return { spans, measures: [counted] };
  const value = secondsBetween(signal.observedAt ?? offeredAt, decidedAt);
  return { spans, measures: [counted, { metric: 'ratchet.decision.delay', value, attributes: common }] };
}

function describeRun(run: Run): Told {
  const { runId, model, kind, outcome, sentence, signals, startedAt, endedAt, phases = [] } = run;
  if (outcome === null || endedAt === null) return { spans: [], measures: [] };
  const whole = idsOf('run', runId);
  const [first] = signals;
  const ids = { 'ratchet.run_id': runId, ...(first && { 'ratchet.decision_id': maskSecrets(first) }) };
  const common = { 'ratchet.model': model, 'ratchet.kind': kind, 'ratchet.outcome': outcome };
  const isFailure = ![
    'released',
    'candidate',
    'unchanged',
    'gate-failed',
    'inconclusive',
    'cancelled',
  ].includes(outcome);
  const parts = phases
    .filter(({ phase }) => phase !== 'settled')
    .map(({ phase, from }, index) =>
      span(`run ${phase}`, {
        ids: partOf(whole, phase),
        parent: whole,
        startMs: Date.parse(from),
        endMs: Date.parse(phases[index + 1]?.from ?? endedAt),
        attributes: { 'ratchet.model': model, ...ids },
      }),
    );
  const root = span('run', {
    ids: whole,
    links: signals.map((signal) => idsOf('signal', signal)),
    startMs: Date.parse(startedAt),
    endMs: Date.parse(endedAt),
    attributes: { ...common, ...ids, 'ratchet.sentence': maskSecrets(sentence) },
    error: isFailure ? maskSecrets(sentence) : '',
  });
  const value = secondsBetween(startedAt, endedAt);
  return {
    spans: [root, ...parts],
    measures: [
      { metric: 'ratchet.runs', value: 1, attributes: common },
      { metric: 'ratchet.run.duration', value, attributes: common },
    ],
  };
}

function describeRelease(release: ReleaseRow): Told {
  const { releaseId, runId, model, endpoint, state, sentence, startedAt, endedAt, trail = [] } = release;
  const measures: Measure[] = [
    {
      metric: 'ratchet.releases',
      value: 1,
      attributes: { 'ratchet.model': model.name, 'ratchet.state': state },
    },
  ];
  if (endedAt === null) return { spans: [], measures };
  const whole = idsOf('release', releaseId);
  const ids = {
    'ratchet.model': model.name,
    'ratchet.run_id': runId,
    'ratchet.release_id': releaseId,
    'ratchet.endpoint': endpoint,
  };
  const parts = trail
    .filter((step) => step.at < endedAt)
    .map((step, index) =>
      span(`release ${step.state}`, {
        ids: partOf(whole, `${index} ${step.state}`),
        parent: whole,
        startMs: Date.parse(step.at),
        endMs: Date.parse(trail[index + 1]?.at ?? endedAt),
        attributes: { ...ids, ...(step.stage !== null && { 'ratchet.stage': step.stage }) },
      }),
    );
  const root = span('release', {
    ids: whole,
    links: [idsOf('run', runId)],
    startMs: Date.parse(startedAt),
    endMs: Date.parse(endedAt),
    attributes: { ...ids, 'ratchet.state': state, 'ratchet.sentence': maskSecrets(sentence) },
    error: state === 'failed' ? maskSecrets(sentence) : '',
  });
  return { spans: [root, ...parts], measures };
}

function describeStep({ step, subject, result, error, hostSpan, startMs, endMs }: StepFact): Told {
  const { model, decisionId, runId, releaseId } = subject;
  const host = readTraceParent(hostSpan);
  const attributes = {
    'ratchet.step': step,
    'ratchet.result': result,
    ...(model !== undefined && { 'ratchet.model': model }),
    ...(decisionId !== undefined && { 'ratchet.decision_id': maskSecrets(decisionId) }),
    ...(runId !== undefined && { 'ratchet.run_id': runId }),
    ...(releaseId !== undefined && { 'ratchet.release_id': releaseId }),
  };
  const links = host ? [host] : [];
  const parent = wholeOf(subject);
  const measures: Measure[] = [
    {
      metric: 'ratchet.steps.failed',
      value: 1,
      attributes: { 'ratchet.step': step, 'ratchet.result': result },
    },
  ];
  return {
    spans: [span(`step ${step}`, { parent, links, startMs, endMs, attributes, error })],
    measures: result === 'done' ? [] : measures,
  };
}

function wholeOf({ releaseId, runId, decisionId }: StepFact['subject']): SpanIds | null {
  if (releaseId !== undefined) return idsOf('release', releaseId);
  if (runId !== undefined) return idsOf('run', runId);
  return decisionId === undefined ? null : idsOf('signal', decisionId);
}

type SpanParts = Pick<ToldSpan, 'startMs' | 'endMs' | 'attributes'> & Partial<ToldSpan>;

function span(name: string, parts: SpanParts): ToldSpan {
  const { startMs, endMs } = parts;
  // Clocks of two processes differ: nothing ends before it begins.
  return { name, ids: null, parent: null, links: [], error: '', ...parts, endMs: Math.max(startMs, endMs) };
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
