/**
 * What a service has recorded, as a history for backtests.
 *
 * Owns: which record each line is made of. A report is put together again of the checks that judged it, a recovery that
 * nothing but a decision tells of is taken from that. Does not own: asking (ask-history.ts), the form (history-schema.ts).
 */

import type { Decision } from '../domain/decision.ts';
import type { Operation } from '../domain/operation.ts';
import type { Run } from '../domain/run.ts';
import type { Recorded, StripSample } from './ask-history.ts';
import type { HistoryLine, LineOf } from './history-schema.ts';
import { sortLines } from './read-history.ts';

type SampleLine = LineOf<'metrics' | 'query' | 'run-metric'>;

const judgedSources = new Set(['metrics-api', 'log-analytics', 'mlflow']);
const unconfirmedReasons = new Set(['own-registration', 'version-missing', 'drift-unconfirmed']);
const replayed = new Set([
  'freeze',
  'thaw',
  'set-mode',
  'approve',
  'withdraw',
  'cancel-run',
  'stop',
  'resume',
]);

/** `files`: what is in force. */
export function writeHistory(
  recorded: Recorded,
  files: Omit<LineOf<'files'>, 'type' | 'at'>,
): readonly HistoryLine[] {
  const { model, at, runs, operations, champions } = recorded;
  const decisions = orderDecisions(recorded.decisions);
  const samples = ofSamples(recorded);
  const told = new Set(samples.flatMap((line) => Object.keys(line.offered ?? {})));
  const lines = sortLines([
    ...runs.map((run) => ofRun(run, model, runs)),
    ...champions.map(({ from, version, runId }) => ({
      type: 'champion' as const,
      at: from,
      version,
      run: runId,
    })),
    ...operations.flatMap(ofOperation),
    ...orderFacts(samples, decisions, told),
    ...ofRecoveries(decisions),
    ...decisions.map(ofDecision),
  ]);
  // A clock that stands still between ticks may be behind what was told since.
  const last = lines.at(-1)?.at ?? at;
  const end = last > at ? last : at;
  return [...lines, { type: 'files', at: end, ...files }, { type: 'end', at: end }];
}

/** Facts of one millisecond in the order of the signals that came of them; those of which none did before all others. */
function orderFacts(
  samples: readonly SampleLine[],
  decisions: readonly Decision[],
  told: ReadonlySet<string>,
): readonly HistoryLine[] {
  const places = new Map(decisions.map(({ signal }, place) => [signal.id, place]));
  const placeOf = ({ offered = {} }: SampleLine): number =>
    Object.keys(offered).reduce((first, id) => Math.min(first, places.get(id) ?? first), decisions.length);
  const facts = [
    ...samples.map((line) => ({
      line,
      place: Object.keys(line.offered ?? {}).length === 0 ? -1 : placeOf(line),
    })),
    ...decisions.flatMap((decision, place) => ofSignal(decision, told).map((line) => ({ line, place }))),
  ];
  return facts.toSorted((a, b) => a.place - b.place).map(({ line }) => line);
}

/**
 * In the order in which the signals came. Of one millisecond the ledger says which was first only where one joined another,
 * or a run that had started; those that were rejected at once are taken for the first.
 */
function orderDecisions(decisions: readonly Decision[]): readonly Decision[] {
  const rank = ({ outcome, offeredAt, decidedAt }: Decision): string =>
    `${offeredAt} ${outcome === 'rejected' && decidedAt === offeredAt ? 0 : 1}`;
  const sorted = decisions.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  const known = new Map(sorted.map((each) => [each.signal.id, each]));
  const starters = new Map(
    sorted.flatMap((each) =>
      each.outcome === 'admitted' && each.runId !== null ? [[each.runId, each]] : [],
    ),
  );
  const seen = new Set<Decision>();
  const ordered: Decision[] = [];
  const add = (each: Decision): void => {
    if (seen.has(each)) return;
    seen.add(each);
    for (const before of comesAfter(each, known, starters))
      if (before.offeredAt === each.offeredAt) add(before);
    ordered.push(each);
  };
  for (const each of sorted) add(each);
  return ordered;
}

/** Those that were there when a signal came: whom it joined, whom its run answers with it, whose run was under way. */
function comesAfter(
  { signal, outcome, joinedSignalId, runId, signals }: Decision,
  known: ReadonlyMap<string, Decision>,
  starters: ReadonlyMap<string, Decision>,
): readonly Decision[] {
  const joined = known.get(joinedSignalId ?? '');
  if (joined) return [joined];
  if (outcome === 'admitted') return signals.flatMap((id) => known.get(id) ?? []);
  const starter = outcome === 'coalesced' ? starters.get(runId ?? '') : undefined;
  return starter && !starter.signals.includes(signal.id) ? [starter] : [];
}

/** The parts of one report have its time, window and sample in common. */
function ofSamples({ model, samples, decisions, champions }: Recorded): readonly SampleLine[] {
  const offers = new Map(decisions.map(({ signal, offeredAt }) => [signal.id, { signal, offeredAt }]));
  const offeredOf = (parts: readonly StripSample[]) => {
    const breached = parts.filter(({ verdict }) => verdict === 'breached' || verdict === 'inconclusive');
    const ids = breached.map(({ rule, window }) => `metric:${model}:${rule}:${window}`);
    return Object.fromEntries(ids.flatMap((id) => (offers.has(id) ? [[id, offers.get(id)!.offeredAt]] : [])));
  };
  const toldAt = (at: string, offered: Readonly<Record<string, string>>): string =>
    Object.values(offered).reduce(
      (first, time) => (time < first ? time : first),
      Object.values(offered)[0] ?? at,
    );
  const ofKind = (kind: string) => samples.filter((sample) => sample.kind === kind);
  const reports = Map.groupBy(ofKind('metric'), ({ at, window, sample }) =>
    JSON.stringify([at, window, sample]),
  );
  const metrics = [...reports.values()].map((parts): LineOf<'metrics'> => {
    const { at: observedAt, window, sample } = parts[0]!;
    const offered = offeredOf(parts);
    const at = toldAt(observedAt, offered);
    const serving = champions.findLast(({ from }) => from <= observedAt);
    const values = Object.fromEntries(parts.map(({ metric, value }) => [metric, value]));
    const errors = parts.flatMap(({ metric, standardError }) =>
      standardError === undefined ? [] : [[metric, standardError] as const],
    );
    const report = {
      ...{ window: window ?? observedAt, observedAt, sample: sample ?? 0, metrics: values },
      ...(errors.length > 0 && { standardErrors: Object.fromEntries(errors) }),
    };
    return { type: 'metrics', at, report, ...(serving && { version: serving.version }), offered };
  });
  const queries = ofKind('query').map((part): LineOf<'query'> => {
    const offered = offeredOf([part]);
    const [id = ''] = Object.keys(offered);
    const tick = offers.get(id)?.signal.evidence['tick'];
    const { at, rule, window, value, sample, standardError } = part;
    const ticked = typeof tick === 'string' ? tick : at;
    return {
      type: 'query',
      at: toldAt(at, offered),
      rule,
      tick: ticked,
      window: window ?? at,
      value,
      sample,
      ...(standardError !== undefined && { standardError }),
      offered,
    };
  });
  const ofRuns = ofKind('run').map((part): LineOf<'run-metric'> => {
    const offered = offeredOf([part]);
    const { at, rule, window, value, sample, standardError } = part;
    return {
      type: 'run-metric',
      at: toldAt(at, offered),
      rule,
      run: window ?? at,
      observedAt: at,
      value,
      ...(sample !== null && { sample }),
      ...(standardError !== undefined && { standardError }),
      offered,
    };
  });
  return [...metrics, ...queries, ...ofRuns];
}

/** Kinds of signals that a play finds by its own clock. */
const foundAnew = new Set<string>(['schedule', 'absence']);

function ofSignal(decision: Decision, told: ReadonlySet<string>): readonly HistoryLine[] {
  const { signal, offeredAt: at, reason, sentence, changedBy } = decision;
  if (foundAnew.has(signal.kind) || signal.source === 'advice') return [];
  if (judgedSources.has(signal.source) && told.has(signal.id)) return [];
  if (signal.kind === 'data') return [ofData(decision)];
  const rejected = unconfirmedReasons.has(reason) ? { rejected: { reason, sentence, changedBy } } : {};
  return [{ type: 'signal', at, signal: signal as LineOf<'signal'>['signal'], ...rejected }];
}

function ofData({ signal, offeredAt: at, reason, sentence }: Decision): LineOf<'data'> {
  const { path, etag, bytes } = signal.evidence as Record<'path' | 'etag', string> & { bytes: number };
  const said = sentence.startsWith(`File ${path} is refused: `)
    ? sentence.slice(`File ${path} is refused: `.length)
    : sentence;
  return {
    type: 'data',
    at,
    file: { path, etag, bytes },
    rows: signal.newData?.rows ?? null,
    refused: reason === 'data-refused' ? said : null,
    observedAt: signal.observedAt,
    source: signal.source,
  };
}

/** Reports tell of their recoveries themselves. */
function ofRecoveries(decisions: readonly Decision[]): readonly LineOf<'recovery'>[] {
  return decisions.flatMap(({ signal, reason, decidedAt, sentence }) => {
    if (reason !== 'recovered') return [];
    const joined = decisions.filter(({ joinedSignalId }) => joinedSignalId === signal.id);
    const group = [signal, ...joined.map((other) => other.signal)];
    const causes = group.flatMap(({ cause, kind, source }) =>
      cause !== undefined && kind !== 'absence' && !judgedSources.has(source) ? [cause] : [],
    );
    const told = { type: 'recovery', at: decidedAt, observedAt: decidedAt, summary: sentence } as const;
    return [...new Set(causes)].map((cause) => ({ ...told, cause }));
  });
}

function ofRun(run: Run, model: string, runs: readonly Run[]): LineOf<'run'> {
  const { runId, startedAt, endedAt, outcome, registeredVersion, challenger } = run;
  const isKept = runs.some(
    ({ kind, challenger: other, startedAt: later }) =>
      kind === 'reevaluate' &&
      later > startedAt &&
      other?.modelUri === challenger?.modelUri &&
      other !== null,
  );
  return {
    type: 'run',
    at: startedAt,
    ...(run.model !== model && { model: run.model }),
    run: runId,
    endedAt,
    outcome,
    version: registeredVersion,
    hours: hoursOf(run),
    ...(isKept && { kept: true }),
  };
}

/** The time of its jobs: from the beginning of their phases to that of what came next. */
function hoursOf({ phases, endedAt }: Run): number | null {
  if (!phases || endedAt === null) return null;
  const ms = phases.map(({ phase, from }, index) => {
    const until = phases[index + 1]?.from ?? endedAt;
    const isJob = phase === 'train' || phase === 'evaluate' || phase === 'past-champions';
    return isJob ? Date.parse(until) - Date.parse(from) : 0;
  });
  return ms.reduce((sum, part) => sum + part, 0) / 3_600_000;
}

function ofOperation({ action, by, reason, at, done }: Operation): readonly LineOf<'operation'>[] {
  if (!done || !replayed.has(action.action)) return [];
  return [{ type: 'operation', at, action: action as LineOf<'operation'>['action'], by, reason }];
}

function ofDecision(decision: Decision): LineOf<'decision'> {
  const { signal, outcome, reason, sentence, runId, joinedSignalId, offeredAt, decidedAt, configHash } =
    decision;
  const answer = { outcome, reason, sentence, run: runId, joined: joinedSignalId ?? null };
  return { type: 'decision', at: decidedAt, signal: signal.id, ...answer, offeredAt, configHash };
}
