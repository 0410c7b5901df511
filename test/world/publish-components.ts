/** Published components of the tiny model's jobs, and its model file with jobs that name them. */
import { localCloud } from '../../local/cloud-context.ts';
import type { CloudState } from '../../local/launch/cloud-state.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';

const idOf = (kind: string, name: string, version: string) =>
  `${localCloud.workspaceId}/${kind}/${name}/versions/${version}`;
const literal = (value: string) => ({ job_input_type: 'literal', value });

/** `tiny_train:1` trains, `tiny_hang:1` never ends, and `tiny_all:1` and `tiny_never:1` are pipelines of them. */
export async function publishComponents(cloud: CloudState): Promise<void> {
  const client = workspaceClient(cloud);
  const put = (name: string, spec: object) =>
    client.componentVersions.createOrUpdate(localCloud.resourceGroup, localCloud.workspace, name, '1', {
      properties: { componentSpec: { name, version: '1', ...spec } },
    });
  const ports = {
    inputs: { list: { type: 'uri_file' } },
    outputs: { trained_model: { type: 'uri_folder' } },
  };
  const command = (more: string) => ({
    ...{ type: 'command', ...ports },
    command: `node train.js ${more}--manifest \${{inputs.list}} --out \${{outputs.trained_model}}`,
    code: `azureml:${idOf('codes', 'tiny', '1')}`,
    environment: `azureml:${idOf('environments', 'node', '24')}`,
  });
  const pipelineOf = (component: string) => ({
    ...{ type: 'pipeline', ...ports },
    jobs: {
      fit: {
        ...{ type: 'command', componentId: idOf('components', component, '1') },
        inputs: { list: literal('${{parent.inputs.list}}') },
        outputs: { trained_model: literalOutput('trained_model') },
      },
    },
  });
  await put('tiny_train', command(''));
  await put('tiny_hang', command('--hang '));
  await put('tiny_all', pipelineOf('tiny_train'));
  await put('tiny_never', pipelineOf('tiny_hang'));
}

const literalOutput = (name: string) => ({ type: 'literal', value: `\${{parent.outputs.${name}}}` });

const replaceTraining = (text: string, lines: readonly string[]): string =>
  text.replace(/^training:[\s\S]*?(?=^evaluation:)/m, `training:\n${lines.join('\n')}\n`);

/** Training is a pipeline of one component. */
export function trainByComponent(text: string, inputs = '{ list: ${{inputs.manifest}} }'): string {
  return replaceTraining(text, [
    '  kind: pipeline',
    '  compute: cpu',
    '  steps:',
    '    fit:',
    '      kind: component',
    '      component: azureml:tiny_train:1',
    `      inputs: ${inputs.replace(/\$\{\{.*?\}\}/g, "'$&'")}`,
    '      outputs: { model: trained_model }',
    '      timeout: PT1M',
  ]);
}

/** Training is a published pipeline. */
export function trainByPublished(text: string, component = 'tiny_all', timeout = 'PT1M'): string {
  return replaceTraining(text, [
    '  kind: pipeline-component',
    `  component: azureml:${component}:1`,
    "  inputs: { list: '${{inputs.manifest}}' }",
    '  outputs: { model: trained_model }',
    '  compute: cpu',
    '  machines: 2',
    `  timeout: ${timeout}`,
  ]);
}

/** Evaluation is a pipeline: the challenger goes through a step of its own. */
export function evaluateBySteps(text: string): string {
  const copy = `require("node:fs").cpSync(process.argv[1], process.argv[2], { recursive: true })`;
  const step = 'code: azureml:tiny:1, environment: azureml:node:24, timeout: PT1M';
  const lines = [
    'evaluation:',
    '  kind: pipeline',
    '  compute: cpu',
    '  steps:',
    `    keep: { ${step}, command: 'node -e ''${copy}'' \${{inputs.challenger}} \${{outputs.kept}}' }`,
    `    score: { ${step}, command: 'node evaluate.js --challenger \${{steps.keep.outputs.kept}} $[[--champion \${{inputs.champion}}]] --out \${{outputs.evidence}}' }`,
    '',
  ];
  return text.replace(/^evaluation:[\s\S]*?(?=^triggers:)/m, lines.join('\n'));
}
