/**
 * The stand-in for an Azure ML model monitor: real jobs in the workspace, in an experiment named after the model.
 *
 * A monitor of Azure is a pipeline whose steps evaluate its signals. The local workspace runs command jobs only, so the
 * step is one (examples/spam-filter/monitor.ts), and a second one that does nothing stands for the pipeline they
 * belong to: it ends after its step.
 */
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { localCloud } from '../local/cloud-context.ts';
import type { CloudState } from '../local/launch/cloud-state.ts';
import { sampleModel } from '../local/launch/sample-model.ts';
import { workspaceClient } from '../local/launch/workspace-client.ts';

/** Twice what is commonly called a major shift: a chosen rule, with its reasons in docs/demo.md. */
const driftThreshold = 0.5;
/** In fewer mails chance alone makes an index of about 0.1. */
export const leastMailsMonitored = 100;

const monitor = `${sampleModel.name}_weekly`;
const breachTag = 'azureml_modelmonitor_threshold_breached';

interface MonitorRun {
  /** Name of the file to look at, below the model's data path. */
  readonly file: string;
  /** The run that made the champion: the files it was trained on are the reference. */
  readonly championRunId: string;
  /** Resolves when everything under way has ended. */
  settle(): Promise<void>;
}

/** Runs the monitor once. Answers the id of the signal that a breach is, or null where there was none. */
export async function runMonitor(cloud: CloudState, run: MonitorRun): Promise<string | null> {
  const root = `${monitor}-${run.file.replaceAll('.', '-')}`;
  const step = `${root}-evaluate`;
  await putJob(cloud, step, stepJob(root, run));
  await run.settle();
  const { status, tags } = await getJob(cloud, step);
  if (status !== 'Completed') throw new Error(`job ${step} of the monitor ended ${status}`);
  await putJob(cloud, root, rootJob);
  await run.settle();
  return typeof tags[breachTag] !== 'string' ? null : `drift:${sampleModel.name}:${step}`;
}

const rootJob = { command: 'node --version', tags: {} };

function stepJob(root: string, { file, championRunId }: MonitorRun) {
  const uri = (path: string): string => `azureml://datastores/${localCloud.datastore}/paths/${path}`;
  return {
    command: [
      'node monitor.ts --data ${{inputs.data}} --manifest ${{inputs.manifest}}',
      `--file ${file} --signal ${monitor}_mail --threshold ${driftThreshold}`,
    ].join(' '),
    codeId: `${localCloud.workspaceId}/codes/${sampleModel.name}/versions/${sampleModel.codeVersion}`,
    inputs: {
      data: { jobInputType: 'uri_folder', uri: uri(sampleModel.dataPath) },
      manifest: { jobInputType: 'uri_file', uri: uri(`runs/${championRunId}/manifest.json`) },
    },
    tags: { 'mlflow.rootRunId': root },
  };
}

/** Past the client's serializer, which loses the `uri` of every input (azure-sdk-for-js issue 29328). */
async function putJob(cloud: CloudState, name: string, job: object): Promise<void> {
  const properties = {
    jobType: 'Command',
    experimentName: monitor,
    environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
    computeId: `${localCloud.workspaceId}/computes/cpu`,
    ...job,
  };
  const response = await workspaceClient(cloud).sendRequest(
    createPipelineRequest({
      url: `${cloud.armEndpoint}${localCloud.workspaceId}/jobs/${name}?api-version=2022-10-01`,
      method: 'PUT',
      headers: createHttpHeaders({ 'content-type': 'application/json' }),
      body: JSON.stringify({ properties }),
    }),
  );
  if (response.status !== 201) {
    throw new Error(
      `submitting job ${name}: the workspace answered ${response.status}: ${response.bodyAsText}`,
    );
  }
}

async function getJob(
  cloud: CloudState,
  name: string,
): Promise<{ status: string; tags: Readonly<Record<string, string | null>> }> {
  const { resourceGroup, workspace } = localCloud;
  const { properties } = await workspaceClient(cloud).jobs.get(resourceGroup, workspace, name);
  return { status: String(properties.status), tags: properties.tags ?? {} };
}
