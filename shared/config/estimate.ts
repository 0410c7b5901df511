import type { SignalKind } from '../domain/signal.ts';
import { automlMachineMs } from './automl-time.ts';
import { parseDurationMs } from './duration.ts';
import { trialsMs } from './sweep-time.ts';

interface Job {
  readonly timeout: string;
  readonly resources?: { readonly instanceCount: number } | undefined;
  /** Of a published pipeline: what its steps take at the same time. */
  readonly machines?: number | undefined;
}

interface Pipeline {
  readonly steps: Readonly<Record<string, Job>>;
}

type Sweep = Parameters<typeof trialsMs>[0] & Pick<Job, 'resources'>;

interface Automl extends Readonly<Parameters<typeof automlMachineMs>[0]> {
  readonly prepare: Job;
}

interface Jobs {
  readonly training: (Job | Pipeline | Sweep | Automl) & { readonly pastChampions?: number | undefined };
  readonly evaluation: Job | Pipeline;
}

/** How many machines a job takes; each counts in hours. One for a pipeline, whose steps count their own. */
export function machinesOf({ resources, machines }: Pick<Job, 'resources' | 'machines'>): number {
  return machines ?? resources?.instanceCount ?? 1;
}

/**
 * How many past champions a run that trains may score first. Drift and metrics say that the champion has become worse: one from
 * before may have become better. Data and schedules are about what is new to learn, and who requests a run wants it trained.
 */
export function pastChampionsOf(
  { pastChampions = 0 }: { readonly pastChampions?: number | undefined },
  signalKind: SignalKind,
): number {
  return signalKind === 'drift' || signalKind === 'metric' ? pastChampions : 0;
}

/**
 * The most hours of machines a run may take: a job is cancelled at its timeout. A promote run does not train; one that does may
 * score past champions first. `signalKind`: of the signal that starts it; omitted: that by which it takes most.
 */
export function estimateHours(
  { training, evaluation }: Jobs,
  kind: 'retrain' | 'promote',
  signalKind: SignalKind = 'drift',
): number {
  if (kind === 'promote') return hoursOf(evaluation);
  return hoursOf(training) + (1 + pastChampionsOf(training, signalKind)) * hoursOf(evaluation);
}

/** The most hours of machines that a job may take; a pipeline, all of its steps; a sweep or AutoML, all of its trials. */
export function hoursOf(job: Job | Pipeline | Sweep | Automl): number {
  if ('prepare' in job) return hoursOf(job.prepare) + automlMachineMs(job) / 3_600_000;
  if ('searchSpace' in job) return (trialsMs(job) * machinesOf(job)) / 3_600_000;
  if ('steps' in job) return Object.values(job.steps).reduce((sum, step) => sum + hoursOf(step), 0);
  return ((parseDurationMs(job.timeout) ?? 0) * machinesOf(job)) / 3_600_000;
}

interface Limits {
  readonly computeHours?: number | undefined;
  readonly money?: number | undefined;
  readonly pricePerHour?: number | undefined;
}

/** The hours that a budget allows: the narrower of its limits. */
export function limitHours({ computeHours, money, pricePerHour }: Limits): number {
  const bought = money === undefined || !pricePerHour ? Number.POSITIVE_INFINITY : money / pricePerHour;
  return Math.min(computeHours ?? Number.POSITIVE_INFINITY, bought);
}

type Shares = Readonly<Record<string, number>>;

/** A budget, and among how much weight it is divided. */
interface Division {
  /** Of all models together. */
  readonly weights: number;
  readonly policy: {
    readonly budget?: Limits | undefined;
    readonly shares: Shares;
  };
}

/** A model's part of the fleet's budget by its weight, in hours; without a budget there is no end to it. */
export function divideHours({ weights, policy: { budget, shares } }: Division): (model: string) => number {
  if (!budget) return () => Number.POSITIVE_INFINITY;
  const limit = limitHours(budget);
  return (model) => (limit * weightOf(shares, model)) / weights;
}

/** The weights of all models together. */
export function sumWeights(models: Iterable<string>, shares: Shares): number {
  let sum = 0;
  for (const model of models) sum += weightOf(shares, model);
  return sum;
}

/** One, where the fleet file says nothing of the model. */
export function weightOf(shares: Shares, model: string): number {
  return Object.hasOwn(shares, model) ? shares[model]! : 1;
}
