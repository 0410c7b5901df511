/**
 * Metrics that production runs log: which completed runs are to be read, and what their metrics say. Pure.
 *
 * The event only tells that a run is over. What it logged, and whose run it is, is read from the workspace.
 */
import type { RunTrigger } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import type { CheckRow } from '../domain/check.ts';
import { isOwnRegistration } from '../domain/lineage.ts';
import { counted } from '../domain/plural.ts';
import { judgedCheck, tooFewCheck, unjudgedCheck } from './check-row.ts';
import type { Models } from './fact.ts';
import { type Judgement, judgeValue } from './judge-value.ts';
import type { RunMeasurement } from './measurement.ts';
import { field, type IncomingEvent, text } from './read-event.ts';

const prefix = 'Microsoft.MachineLearningServices.';
const longestRunId = 300;

/** What is to be read because of an event: one measurement for each rule that watches the experiment of the run. */
export function findRunMeasurements(event: IncomingEvent, models: Models): readonly RunMeasurement[] {
  const status = text(field(event.data, 'runStatus'))?.toLowerCase();
  const isCompleted =
    event.type === `${prefix}RunCompleted` ||
    (event.type === `${prefix}RunStatusChanged` && status === 'completed');
  const runId = text(field(event.data, 'runId'));
  const experiment = text(field(event.data, 'experimentName'))?.toLowerCase();
  if (!isCompleted || runId === null || runId.length > longestRunId || experiment === undefined) return [];
  return [...models.values()].flatMap((pinned) =>
    pinned.config.triggers.runs
      .filter((rule) => rule.experiment.toLowerCase() === experiment)
      .map(({ name }) => ({ source: 'run', pinned, rule: name, runId, observedAt: event.time }) as const),
  );
}

/** A run as the workspace has it. */
export interface FinishedRun {
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Why a run is not judged. */
interface RunUnjudged {
  readonly unjudged: string;
  /** Null: the run is none that the rule is about. */
  readonly check: CheckRow | null;
}

/** Judges a run by one rule. `run` is null where the workspace does not know it. */
export function judgeRun(
  rule: RunTrigger,
  { pinned, runId, observedAt }: RunMeasurement,
  run: FinishedRun | null,
  /** When it is judged (ISO 8601, UTC): of runs whose event says no time. */
  now: string,
): { readonly judgement: Judgement; readonly check: CheckRow } | RunUnjudged {
  const { model } = pinned.config;
  const at = observedAt ?? now;
  const seen = { model, kind: 'run', source: 'mlflow', metric: rule.metric, at, window: runId } as const;
  const unjudged = (why: string): RunUnjudged => ({
    unjudged: why,
    check: unjudgedCheck(rule, seen, 'missing', `Run ${runId} is not judged: ${why}.`),
  });
  if (!run) return unjudged('the workspace does not know the run');
  if (isOwnRegistration(run.tags)) return { unjudged: "it is a job of Ratchet's own", check: null };
  const value = readLogged(run, rule.metric);
  if ('lacks' in value) return unjudged(value.lacks);
  const sample = rule.sample === undefined ? { number: null } : readLogged(run, rule.sample);
  if ('lacks' in sample) return unjudged(sample.lacks);
  const numbers = { value: value.number, sample: sample.number, ...readError(run, rule.standardError) };
  if (numbers.sample !== null && numbers.sample < (rule.minimumSample ?? 0)) {
    const check = tooFewCheck(rule, { ...seen, value: numbers.value, sample: numbers.sample });
    return {
      unjudged: `it is over ${counted(numbers.sample, 'row')}, and the rule takes ${rule.minimumSample}`,
      check,
    };
  }
  const judgement = judgeValue(rule, {
    ...{ model, ruleKind: 'run', source: 'mlflow', what: rule.metric, ...numbers },
    ...{ window: runId, observedAt, evidence: { experiment: rule.experiment } },
  });
  const { noError: _, ...checked } = numbers;
  return { judgement, check: judgedCheck(rule, { ...seen, ...checked }, judgement) };
}

function readLogged(
  { metrics }: FinishedRun,
  name: string,
): { readonly number: number } | { readonly lacks: string } {
  const number = Object.hasOwn(metrics, name) ? metrics[name]! : null;
  if (number === null) {
    const logged = Object.keys(metrics);
    const named = logged.length === 0 ? 'none' : logged.slice(0, 20).join(', ').slice(0, 300);
    return { lacks: `it logged no metric ${name}, but ${named}${suggest(name, logged)}` };
  }
  return Number.isFinite(number) ? { number } : { lacks: `its metric ${name} is ${number}` };
}

/** A value whose standard error is missing is judged all the same, and is not sure. */
function readError(
  run: FinishedRun,
  name: string | undefined,
): { readonly standardError?: number; readonly noError?: string } {
  if (name === undefined) return {};
  const read = readLogged(run, name);
  if ('number' in read && read.number >= 0) return { standardError: read.number };
  return { noError: `the run logged no standard error as ${name}${suggest(name, Object.keys(run.metrics))}` };
}
