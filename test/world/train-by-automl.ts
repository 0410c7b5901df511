import { readFileSync } from 'node:fs';

/** Customers, as a CSV file: who pays much and complains has left, but for some; `plan` says a little of it. */
export function churnRows(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const [fee, calls] = [20 + (((from + at) * 37) % 60), ((from + at) * 13) % 7];
    const isOdd = (from + at) % 17 === 0;
    const left = fee / 10 + calls > 8 !== isOdd ? 1 : 0;
    return `c${from + at},${fee},${calls},${fee > 50 ? 'gold' : 'basic'},${left}`;
  });
  return `id,fee,calls,plan,left\n${rows.join('\n')}\n`;
}

const page = readFileSync('docs/automl-training.md', 'utf8');
const [, shown] = /```yaml\n(training:[\s\S]*?)```/.exec(page)!;

/** The program before it, and that of an evaluation that scores with what the local workspace leaves. */
export const automlCode: Readonly<Record<string, string>> = Object.fromEntries(
  [page, readFileSync('docs/local-cloud/azure-ml.md', 'utf8')].flatMap((text) =>
    [...text.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, name, program]) => [name!, program!]),
  ),
);

/** A model file of the tiny model whose training is what docs/automl-training.md shows. */
export function trainByAutoml(text: string): string {
  const evaluation = [
    'evaluation:',
    '  command: node evaluate.mjs ${{inputs.data}} ${{inputs.manifest}} ${{outputs.evidence}} ${{inputs.challenger}} $[[${{inputs.champion}}]]',
    '  code: azureml:churn:1',
    '  environment: azureml:node:24',
    '  compute: cpu',
    '',
  ].join('\n');
  return text
    .replace(/^training:[\s\S]*?(?=^evaluation:)/m, shown!)
    .replace(/^evaluation:[\s\S]*?(?=^triggers:)/m, evaluation)
    .replace('longestRun: PT10M', 'longestRun: PT6H')
    .replace('evaluateOn: 1', 'evaluateOn: 1\n  holdoutShare: 0.3');
}
