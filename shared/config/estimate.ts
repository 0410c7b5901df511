import { parseDurationMs } from './duration.ts';

interface Jobs {
  readonly training: { readonly timeout: string };
  readonly evaluation: { readonly timeout: string };
}

/** The most hours of jobs a run may take: a job is cancelled at its timeout. A promote run does not train. */
export function estimateHours({ training, evaluation }: Jobs, kind: 'retrain' | 'promote'): number {
  const ms =
    (parseDurationMs(evaluation.timeout) ?? 0) +
    (kind === 'retrain' ? (parseDurationMs(training.timeout) ?? 0) : 0);
  return ms / 3_600_000;
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
