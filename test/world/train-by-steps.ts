/** A model file of the tiny model whose training is a pipeline: the manifest goes through a step of its own. */
export function trainBySteps(text: string): string {
  const copy = `require("node:fs").copyFileSync(process.argv[1], process.argv[2] + "/manifest.json")`;
  const step = 'code: azureml:tiny:1, environment: azureml:node:24, timeout: PT1M';
  const steps = [
    `    keep: { ${step}, command: 'node -e ''${copy}'' \${{inputs.manifest}} \${{outputs.kept}}' }`,
    `    fit: { ${step}, command: 'node train.js --manifest \${{steps.keep.outputs.kept}}/manifest.json --out \${{outputs.model}}' }`,
  ];
  const training = `training:\n  kind: pipeline\n  compute: cpu\n  steps:\n${steps.join('\n')}\n`;
  return text.replace(/^training:[\s\S]*?(?=^evaluation:)/m, training);
}
