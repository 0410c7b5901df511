/** Makes model files like the demo's, under other names, whose training job waits instead of training. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const sample = fileURLToPath(new URL('../../models/spam-filter.yaml', import.meta.url));

export const dataPath = 'bench/';
export const waitingJob = {
  name: 'bench-waiting-job',
  version: '1',
  folder: fileURLToPath(new URL('./waiting-job', import.meta.url)),
} as const;

/** What this benchmark writes into a report, and the rule of the sample's it breaks. No rule watches the other metric. */
export const breach = { metric: 'accuracy', breaking: 0.5, sample: 1000, unwatched: 'throughput' } as const;

/** Writes the files and answers the names of the models. `policy` is theirs. */
export function writeModels(folder: string, count: number, policy: object = {}): string[] {
  mkdirSync(folder, { recursive: true });
  const config = parse(readFileSync(sample, 'utf8')) as Record<string, object>;
  const code = `azureml:${waitingJob.name}:${waitingJob.version}`;
  const names = Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(2, '0')}`);
  for (const model of names) {
    const file = {
      ...config,
      model,
      // Any file is data here, and a report is all that asks; nothing but the run under way holds a signal.
      data: { path: dataPath },
      triggers: { metrics: (config['triggers'] as { metrics: object[] }).metrics },
      policy,
      training: { ...config['training'], code, command: 'node wait.js' },
      evaluation: { ...config['evaluation'], code, command: 'node wait.js' },
    };
    writeFileSync(join(folder, `${model}.yaml`), stringify(file));
  }
  return names;
}
