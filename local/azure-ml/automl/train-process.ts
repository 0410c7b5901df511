/**
 * Run as the process of a part of an AutoML job: its setup, which reads the table and says what is in it, or one of its trials,
 * which measures a candidate, logs the metric as any job does, and leaves the model of all rows.
 */
import { type Candidate, candidatesOf, metricName, unavailable } from './candidates.ts';
import { type Data, readData, rowsOf, splitsOf } from './data.ts';
import type { AutomlStep } from './definition.ts';
import { predict, trainModel } from './learners.ts';
import { measure } from './metrics.ts';
import { writeModel } from './mlflow-folder.ts';
import { readTable } from './table.ts';

/** What it is started with, beside the folder of the table and that of the model. */
export interface TrainRequest {
  readonly step: AutomlStep;
  /** Null: the setup. */
  readonly candidate: Candidate | null;
}

const [, , request = '', tableFolder = '', modelFolder = ''] = process.argv;

function describeSetup(data: Data, step: AutomlStep): void {
  const { features, dropped, labels, x } = data;
  const classes = labels.length > 0 ? `, ${labels.length} classes (${labels.slice(0, 10).join(', ')})` : '';
  console.log(`${x.length} rows, ${features.length} features${classes}`);
  if (dropped.length > 0) console.log(`left out: ${dropped.join(', ')}`);
  const splits = splitsOf(step, x.length);
  const how =
    splits.length > 1 ? `${splits.length} folds` : `${splits[0]![1].length} rows held for measuring`;
  console.log(`measured by ${metricName(step.primary_metric)}, ${how}`);
  const missing = unavailable(step);
  if (missing.length > 0) console.log(`not available on this machine: ${missing.join(', ')}`);
  const { enable_vote_ensemble: vote = true, enable_stack_ensemble: stack = true } = step.training;
  if (vote || stack) console.log('ensembles are not built on this machine');
  const candidates = candidatesOf(step);
  if (candidates.length === 0)
    throw new Error(
      'none of the algorithms that are allowed runs on this machine: logistic_regression, bernoulli_naive_bayes, elastic_net and decision_tree do',
    );
  console.log(`${Math.min(candidates.length, step.limits.max_trials ?? 1_000)} trials at most`);
}

async function runTrial(data: Data, step: AutomlStep, candidate: Candidate): Promise<void> {
  const { primary_metric: metric } = step;
  const settings = Object.entries(candidate.settings).map(([name, value]) => `${name} ${value}`);
  console.log(`${candidate.algorithm} with ${settings.join(', ')}`);
  const scores = splitsOf(step, data.x.length).map(([train, held]) => {
    const model = trainModel(candidate, rowsOf(data, train));
    const { x, y: truth } = rowsOf(data, held);
    const said = x.map((row) => predict(model, row, data.classes > 0));
    return measure(metric, { truth, said, classes: data.classes, range: data.range });
  });
  const known = scores.filter((score) => !Number.isNaN(score));
  const score = known.reduce((sum, one) => sum + one, 0) / known.length;
  console.log(`${metricName(metric)} ${score} over ${known.length} of ${scores.length} splits`);
  if (!Number.isFinite(score)) throw new Error(`${metricName(metric)} says nothing of these rows`);
  await log(metricName(metric), score, candidate);
  const model = trainModel(candidate, data);
  writeModel(
    modelFolder,
    {
      ...{ task: step.task, algorithm: candidate.algorithm, target: step.target_column_name },
      ...{ labels: data.labels, features: data.features, model },
    },
    process.env['MLFLOW_RUN_ID'] ?? '',
  );
}

async function log(key: string, value: number, { algorithm, settings }: Candidate): Promise<void> {
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
  const params = Object.entries({ algorithm, ...settings }).map(([name, one]) => ({
    key: name,
    value: String(one),
  }));
  const answer = await fetch(`${uri}/api/2.0/mlflow/runs/log-batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ run_id, metrics: [{ key, value, timestamp: Date.now(), step: 0 }], params }),
  });
  if (!answer.ok) throw new Error(`logging ${key}: ${await answer.text()}`);
}

try {
  const { step, candidate } = JSON.parse(request) as TrainRequest;
  const data = readData(readTable(tableFolder), step);
  if (candidate) await runTrial(data, step, candidate);
  else describeSetup(data, step);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
