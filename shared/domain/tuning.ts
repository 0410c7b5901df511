/** What a sweep has found, in short: its best trial, and how many others there were. Pure. */
import { counted } from './plural.ts';

export interface Tuning {
  /** The number of the best trial, as the service counts them from 0. */
  readonly trial: string;
  /** Its run in the workspace. */
  readonly jobName: string;
  readonly metric: string;
  readonly goal: 'maximize' | 'minimize';
  /** What it logged of the metric last; null where the workspace does not say. */
  readonly value: number | null;
  /** What it logged of its hyperparameters, as MLflow keeps them: texts. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How many trials began, those that failed, and those that were stopped before their end. */
  readonly trials: number;
  readonly failed: number;
  readonly stopped: number;
}

/** For a person, with the numbers. */
export function describeTuning(tuning: Tuning): string {
  const { trial, metric, value, parameters, trials, failed, stopped } = tuning;
  const reached = value === null ? `the best by ${metric}` : `the best, ${metric} ${value}`;
  const with_ = Object.entries(parameters).map(([name, text]) => `${name} ${text}`);
  const others = [...(failed > 0 ? [`${failed} failed`] : []), ...(stopped > 0 ? [`${stopped} stopped early`] : [])];
  const of = trials === 0 ? '' : ` of ${counted(trials, 'trial')}${others.length > 0 ? ` (${others.join(', ')})` : ''}`;
  return `trial ${trial}${of} is ${reached}${with_.length > 0 ? `, with ${with_.join(', ')}` : ''}`;
}
