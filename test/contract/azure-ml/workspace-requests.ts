/** What tests ask of the workspace as its clients do, where the SDK would be in the way. */
import { localCloud } from '../../../local/cloud-context.ts';
import type { Answer, Workspace } from './workspace-fixture.ts';

/** Puts a resource below the workspace. */
export const putAt = (
  workspace: Workspace,
  path: string,
  properties: object,
  version = '2024-04-01',
): Promise<Answer> =>
  workspace.fetch(`${localCloud.workspaceId}/${path}?api-version=${version}`, {
    method: 'PUT',
    body: JSON.stringify({ properties }),
  });

export interface TrackedRun {
  readonly info: {
    readonly run_id: string;
    readonly run_name: string;
    readonly status: string;
    readonly start_time: number;
    readonly end_time: number;
  };
  readonly data: {
    readonly tags: readonly { readonly key: string; readonly value: string }[];
    readonly metrics: readonly { readonly key: string; readonly value: number }[];
  };
}

/** The runs of a job's parts as MLflow has them, by id: its children, or with `rootRunId` all below it. */
export async function runsBelow(
  workspace: Workspace,
  job: string,
  tag: 'parentRunId' | 'rootRunId' = 'parentRunId',
): Promise<readonly TrackedRun[]> {
  const mlflow = workspace.azureMl.mlflowTrackingUri.replace(/^azureml:/, 'https:');
  const root = await workspace.fetch(`${mlflow}/api/2.0/mlflow/runs/get?run_id=${job}`);
  const found = await workspace.fetch(`${mlflow}/api/2.0/mlflow/runs/search`, {
    method: 'POST',
    body: JSON.stringify({
      experiment_ids: [root.json.run.info.experiment_id],
      filter: `tags.mlflow.${tag} = '${job}'`,
    }),
  });
  const runs = (found.json.runs as TrackedRun[]).filter(({ info }) => info.run_id !== job);
  return runs.sort((a, b) => (a.info.run_id < b.info.run_id ? -1 : 1));
}
