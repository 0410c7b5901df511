/** Makes model files that ask for something by time, watch for absences and have an endpoint of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export const nameModels = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `model-${String(index).padStart(5, '0')}`);

/** Answers the names of the models. */
export function writeModels(folder: string, count: number): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const names = nameModels(count);
  const job = { code: 'azureml:bench:1', environment: 'azureml:node:24', compute: 'cpu', timeout: 'PT10M' };
  for (const [index, model] of names.entries()) {
    const file = {
      model,
      data: { path: `${model}/`, evaluateOn: 1 },
      training: { ...job, command: 'node train.js ${{inputs.manifest}} ${{outputs.model}}' },
      evaluation: {
        ...job,
        command: 'node evaluate.js ${{inputs.challenger}} ${{outputs.evidence}}',
      },
      triggers: {
        metrics: [{ name: 'accuracy-low', metric: 'accuracy', below: 0.9 }],
        schedules: [{ name: 'weekly', cron: `${index % 60} ${index % 24} * * 1` }],
        absences: [{ name: 'reports', of: 'metrics', for: 'P2D' }],
        registry: true,
      },
      policy: { mode: 'observe' },
      gates: [{ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.75 }],
      release: {
        target: { kind: 'online-endpoint', endpoint: model, instanceType: 'Standard_DS2_v2' },
        stages: [{ stage: 'production', kind: 'production' }],
      },
    };
    writeFileSync(join(folder, `${model}.yaml`), stringify(file));
  }
  return names;
}
