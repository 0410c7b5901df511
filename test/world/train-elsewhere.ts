/** A model file of the tiny model that is trained by a run of Azure Pipelines, and the pipelines of its organization. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `more`: further lines of the training. */
export function trainElsewhere(text: string, pipeline: string, more: readonly string[] = []): string {
  const training = ['training:', '  kind: azure-pipelines', '  project: ratchet', `  pipeline: ${pipeline}`];
  const lines = [...training, ...more.map((line) => `  ${line}`), ''].join('\n');
  return text.replace(/^training:[\s\S]*?(?=^evaluation:)/m, lines);
}

const yamlOf = (script: string): string => `
parameters:
${['ratchetJob', 'ratchetRun', 'modelName', 'dataFolder', 'manifest', 'modelFolder']
  .map((name) => `  - { name: ${name}, type: string }`)
  .join('\n')}
steps:
  - bash: ${script}
    displayName: Train
    env: { JOB: '\${{ parameters.ratchetJob }}', RUN: '\${{ parameters.ratchetRun }}', OUT: '\${{ parameters.modelFolder }}', SAS: $(storageSas) }
`;

const program = `
const { RUN, OUT, SAS } = process.env;
const body = JSON.stringify({ trainedBy: RUN, threshold: 0.5 });
const answer = await fetch(OUT + 'model.json?' + SAS, { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body });
if (!answer.ok) throw new Error(String(answer.status));
console.log('trained far away by ' + RUN);
`;

/**
 * Options of a world with an organization of Azure DevOps, whose pipelines lie below `folder`: `train` does; `second` fails at its
 * first attempt; `once-lost` hangs at its first; `hang` never ends.
 */
export function organizationIn(folder: string): { readonly cloudArgs: readonly string[] } {
  const pipelines = join(folder, 'pipelines');
  mkdirSync(pipelines);
  const scripts = {
    train: 'node train.mjs',
    second: `'case "$JOB" in *-2) node train.mjs;; *) echo "the first one fails"; exit 4;; esac'`,
    slow: 'sleep 8 && node train.mjs',
    'once-lost': `'case "$JOB" in *-2) node train.mjs;; *) exec sleep 600;; esac'`,
    hang: "'echo began; exec sleep 600'",
  };
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(pipelines, `${name}.yml`), yamlOf(script));
  writeFileSync(join(pipelines, 'train.mjs'), program);
  return { cloudArgs: ['--retry-schedule', '[200,500,1000,2000]', '--azure-pipelines', pipelines] };
}
