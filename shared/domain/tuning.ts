/** What a sweep or AutoML has found, in short: its best trial, and how many others there were. */
export interface Tuning {
  /** Absent for a sweep. */
  readonly by?: 'automl';
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
  /** The same with its numbers, for a person. */
  readonly sentence: string;
}
