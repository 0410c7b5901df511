/**
 * What one line of a history means under a model file: through the parsers that the service itself reads facts with. Pure.
 *
 * Owns: which parser reads which line, and what a model file does not listen to. Does not own: when (play-policy.ts).
 */

import { refusedUpload, unconfirmed } from '../admission/unconfirmed.ts';
import { adviceSource } from '../advice/advice-signal.ts';
import { dataFileName } from '../config/data-files.ts';
import type { ModelConfig, PinnedModel } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import { dataSignal, listensToData } from '../signals/data-signal.ts';
import type { Fact } from '../signals/fact.ts';
import { judgeRows } from '../signals/judge-rows.ts';
import { judgeRun } from '../signals/judge-run.ts';
import type { Judgement } from '../signals/judge-value.ts';
import { AlertSchema, parseAlert } from '../signals/parse-alert.ts';
import { judgeReport } from '../signals/parse-metric-report.ts';
import { parseStorageEvent } from '../signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../signals/parse-workspace-event.ts';
import { readEvent } from '../signals/read-event.ts';
import type { HistoryLine, LineOf } from './history-schema.ts';

interface ReadFacts {
  readonly signals: readonly FoundSignal[];
  readonly recoveries: readonly Pick<Recovery, 'id' | 'cause' | 'observedAt' | 'summary' | 'evidence'>[];
  /** Why nothing came of it, in a word or two that are the same for every line of that kind; null: something did. */
  readonly ignored: string | null;
}

interface FoundSignal {
  readonly signal: Signal;
  /** Where the world did not agree with it. */
  readonly rejected?: Admission;
}

/** Lines that tell the service of something. */
export type FactLine = LineOf<
  'metrics' | 'query' | 'run-metric' | 'data' | 'event' | 'alert' | 'signal' | 'recovery'
>;

const factTypes = new Set<string>([
  ...['metrics', 'query', 'run-metric', 'data', 'event', 'alert', 'signal', 'recovery'],
]);

export function isFactLine(line: HistoryLine): line is FactLine {
  return factTypes.has(line.type);
}

export function factsOf(line: FactLine, pinned: PinnedModel): ReadFacts {
  switch (line.type) {
    case 'metrics':
      return ofMetrics(line, pinned);
    case 'query':
      return ofQuery(line, pinned);
    case 'run-metric':
      return ofRunMetric(line, pinned);
    case 'data':
      return ofData(line, pinned.config);
    case 'event':
      return ofEvent(line, pinned);
    case 'alert':
      return ofAlert(line, pinned);
    case 'signal':
      return ofSignal(line, pinned.config);
    case 'recovery': {
      const { cause, observedAt, summary, at } = line;
      const id = `recovery:${pinned.config.model}:${cause}:${at}`;
      return { signals: [], recoveries: [{ id, cause, observedAt, summary }], ignored: null };
    }
  }
}

const nothing = (ignored: string): ReadFacts => ({ signals: [], recoveries: [], ignored });

function ofJudgements(judgements: readonly Judgement[], ignored: string): ReadFacts {
  const signals = judgements.flatMap((each) => ('signal' in each ? [{ signal: each.signal }] : []));
  const recoveries = judgements.flatMap((each) => ('recovery' in each ? [each.recovery] : []));
  return { signals, recoveries, ignored: judgements.length === 0 ? ignored : null };
}

function ofMetrics({ report }: LineOf<'metrics'>, pinned: PinnedModel): ReadFacts {
  const { breaches, recoveries } = judgeReport(report, pinned);
  return ofJudgements(
    [...breaches, ...recoveries],
    'report that no rule judges: its metrics are others, or its sample is too small',
  );
}

/** As a result of a query with the columns that the rule names. */
function ofQuery(
  { rule: name, tick: told, window, value, sample, standardError = null }: LineOf<'query'>,
  { config }: PinnedModel,
): ReadFacts {
  const rule = config.triggers.queries.find((each) => each.name === name);
  if (!rule) return nothing(`result of query ${name}, which the model file does not have`);
  const windowType = readIsoTime(window) === null ? 'string' : 'datetime';
  const columns = [
    { name: rule.value, type: 'real' },
    ...(rule.sample === undefined ? [] : [{ name: rule.sample, type: 'long' }]),
    ...(rule.standardError === undefined ? [] : [{ name: rule.standardError, type: 'real' }]),
    ...(rule.window === undefined ? [] : [{ name: rule.window, type: windowType }]),
  ];
  const row = [
    value,
    ...(rule.sample === undefined ? [] : [sample]),
    ...(rule.standardError === undefined ? [] : [standardError]),
    ...(rule.window === undefined ? [] : [window]),
  ];
  const tick = readIsoTime(told)!;
  const judged = judgeRows(rule, { columns, rows: [row] }, { model: config.model, tick });
  if ('problem' in judged) return nothing(`result of query ${name}: ${judged.problem}`);
  return ofJudgements(judged.judgements, `result of query ${name} that cannot be judged`);
}

/** As a run that has logged the metrics that the rule names. */
function ofRunMetric(
  { rule: name, run: runId, observedAt, value, sample, standardError, at }: LineOf<'run-metric'>,
  pinned: PinnedModel,
): ReadFacts {
  const rule = pinned.config.triggers.runs.find((each) => each.name === name);
  if (!rule) return nothing(`run of rule ${name}, which the model file does not have`);
  const measurement = {
    source: 'run',
    pinned,
    rule: name,
    runId,
    observedAt: readIsoTime(observedAt),
  } as const;
  const metrics = Object.fromEntries(
    (
      [
        [rule.sample, sample],
        [rule.standardError, standardError],
        [rule.metric, value],
      ] as const
    ).flatMap(([metric, number]) => (metric === undefined || number == null ? [] : [[metric, number]])),
  );
  const judged = judgeRun(rule, measurement, { metrics, tags: {} }, at);
  return ofJudgements(
    'judgement' in judged ? [judged.judgement] : [],
    `run of rule ${name} that cannot be judged`,
  );
}

/** What the file is like, rows and refusal, is as it was found then: it is not read anew. */
function ofData({ file, rows, refused, observedAt, source }: LineOf<'data'>, config: ModelConfig): ReadFacts {
  if (!listensToData(config)) return nothing('file of a model that takes no data signals');
  if (dataFileName(config.data, file.path) === null)
    return nothing('file that data.files and data.ignore leave out');
  const signal = dataSignal(config.model, file, { source, observedAt: readIsoTime(observedAt) });
  if (!config.data.expect) return { signals: [{ signal }], recoveries: [], ignored: null };
  const seen = { ...signal, newData: { rows, bytes: file.bytes } };
  const found = refused === null ? { signal: seen } : { signal, rejected: refusedUpload(file.path, refused) };
  return { signals: [found], recoveries: [], ignored: null };
}

function ofEvent({ event: raw }: LineOf<'event'>, pinned: PinnedModel): ReadFacts {
  const event = readEvent(raw);
  if (!event) return nothing('event of neither schema');
  const models = new Map([[pinned.config.model, pinned]]);
  const container = /^\/blobServices\/default\/containers\/([^/]+)\//.exec(event.subject)?.[1];
  const isStorage = event.type.startsWith('Microsoft.Storage.');
  const facts = isStorage
    ? parseStorageEvent(event, container ?? '', models)
    : parseWorkspaceEvent(event, models);
  return ofFacts(facts.filter(({ type }) => type !== 'job-ended'));
}

function ofAlert({ alert }: LineOf<'alert'>, pinned: PinnedModel): ReadFacts {
  const parsed = AlertSchema.safeParse(alert);
  if (!parsed.success) return nothing('alert of another schema than the common one');
  return ofFacts(parseAlert(parsed.data, new Map([[pinned.config.model, pinned]])));
}

/** What would have to be asked of a service is not known here. */
function ofFacts(facts: readonly Fact[]): ReadFacts {
  const signals = facts.flatMap((fact) => (fact.type === 'signal' ? [{ signal: fact.signal }] : []));
  const recoveries = facts.flatMap((fact) => (fact.type === 'recovery' ? [fact.recovery] : []));
  const [other] = facts.filter(({ type }) => type !== 'signal' && type !== 'recovery');
  if (signals.length + recoveries.length > 0 || !other) return { signals, recoveries, ignored: null };
  return nothing(
    other.type === 'ignored' ? other.kind : `event after which a service is asked (${other.type})`,
  );
}

function ofSignal({ signal, rejected }: LineOf<'signal'>, config: ModelConfig): ReadFacts {
  if (signal.kind === 'schedule') return nothing('signal of a schedule, which is found anew');
  if (signal.kind === 'absence') return nothing('signal of an absence, which is found anew');
  if (signal.source === adviceSource) return nothing('signal of advice, which is given anew');
  if (!listens(config, signal as Signal))
    return nothing(`${signal.kind} signal that the model file does not listen to`);
  const found = {
    signal: { ...signal, observedAt: readIsoTime(signal.observedAt) } as Signal,
    ...(rejected && { rejected: unconfirmed(rejected.reason, rejected.sentence, rejected.changedBy) }),
  };
  return { signals: [found], recoveries: [], ignored: null };
}

function listens({ triggers }: ModelConfig, { kind, source, evidence }: Signal): boolean {
  if (kind === 'drift') return triggers.drift !== false;
  if (kind === 'registry') return triggers.registry;
  if (source !== 'azure-monitor' || evidence['trigger'] === null) return true;
  const rule = String(evidence['rule']).toLowerCase();
  return triggers.alerts.some((trigger) => trigger.rule.toLowerCase() === rule);
}
