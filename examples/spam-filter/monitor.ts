/**
 * node monitor.ts --data FOLDER --manifest FILE --file NAME --signal NAME --threshold NUMBER
 *
 * Stands in for the evaluation step of an Azure ML model monitor: holds one week's file against the files that the
 * champion was trained on (its run's manifest), and marks its own run where a feature drifted beyond the threshold.
 * The mark is the tag, with the text, that the component `model_monitor_evaluate_metrics_threshold` of azureml-assets
 * writes; like that one, the job succeeds with a breach.
 */
import { parseArgs } from 'node:util';
import { type FeatureDrift, measureDrift } from './drift.ts';
import { readManifest, readPartition } from './rows.ts';
import { logMetrics, setTag } from './tracking.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    manifest: { type: 'string' },
    file: { type: 'string' },
    signal: { type: 'string' },
    threshold: { type: 'string' },
  },
});
const { data, manifest, file, signal } = values;
const threshold = Number(values.threshold);
if (!data || !manifest || !file || !signal || !(threshold > 0)) {
  throw new Error(
    'monitor.ts needs --data FOLDER, --manifest FILE, --file NAME, --signal NAME and --threshold NUMBER',
  );
}

const textsOf = (name: string): string[] => readPartition(data, name).map((row) => row.text);
const reference = readManifest(manifest).train.flatMap(({ name }) => textsOf(name));
const drifts = measureDrift(reference, textsOf(file));
for (const { feature, psi } of drifts)
  console.log(`${feature}: population stability index ${psi.toFixed(3)}`);
await logMetrics(drifts.map(({ feature, psi }) => ({ key: `psi/${feature}`, value: psi })));

const breached = drifts.filter(({ psi }) => psi > threshold);
if (breached.length > 0) {
  await setTag('azureml_modelmonitor_threshold_breached', breachText(signal, breached, threshold));
}

/** A Python list of JSON texts, as the component prints it. */
function breachText(name: string, features: readonly FeatureDrift[], limit: number): string {
  const rows = features.map(({ feature, psi }) =>
    JSON.stringify({
      metric_value: Number(psi.toFixed(4)),
      metric_name: 'PopulationStabilityIndex',
      threshold_value: limit,
      group: feature,
    }),
  );
  return [
    `The signal '${name}' has failed due to one or more features violating metric thresholds.`,
    'The feature names and their corresponding computed metric values violating the threshold are ',
    `[${rows.map((row) => `'${row}'`).join(', ')}]`,
    '',
  ].join('\n');
}
