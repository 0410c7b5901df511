/** A model file of the tiny model whose training is a sweep over the trials of `sweptCode`. */
export function trainBySweep(text: string): string {
  const training = [
    'training:',
    '  kind: sweep',
    '  command: node fit.js ${{inputs.manifest}} ${{search_space.rate}} ${{outputs.model}}',
    '  code: azureml:swept:1',
    '  environment: azureml:node:24',
    '  compute: cpu',
    '  searchSpace: { rate: { type: choice, values: [1, 3, 2, broken] } }',
    '  objective: { metric: accuracy, goal: maximize }',
    '  sampling: { type: grid }',
    '  limits: { maxTotalTrials: 4, maxConcurrentTrials: 2, trialTimeout: PT1M }',
    '',
  ].join('\n');
  return text.replace(/^training:[\s\S]*?(?=^evaluation:)/m, training);
}

/** The program of its trials: it logs the rate as what is to be greatest, and leaves a model that the tiny evaluation takes. */
export const sweptCode = `
const { readFileSync, writeFileSync } = require('node:fs');
const [, , manifest, rate, out] = process.argv;
const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
(async () => {
  console.log('trying rate', rate);
  if (rate === 'broken') process.exit(3);
  const answer = await fetch(uri + '/api/2.0/mlflow/runs/log-batch', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body: JSON.stringify({
      run_id,
      metrics: [{ key: 'accuracy', value: rate / 10, timestamp: Date.now(), step: 0 }],
      params: [{ key: 'rate', value: rate }],
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const { runId } = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(out + '/model.json', JSON.stringify({ trainedBy: runId, rate, threshold: 0.5 }));
})();
`;
