/** A workspace with models to deploy, and the unmodified client as somebody who deploys them drives it. */
import type { OnlineDeployment, OnlineEndpoint } from '@azure/arm-machinelearning';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { codeUri, group, nodeId, openWorkspace, workspaceName } from './workspace-fixture.ts';

export type Deploying = Awaited<ReturnType<typeof openDeploying>>;

export const at = [group, workspaceName] as const;
export const often = { updateIntervalInMs: 2 };

export const modelId = (name: string, version: string) =>
  `${localCloud.workspaceId}/models/${name}/versions/${version}`;

export const endpoint = (properties: object = {}, more: object = {}): OnlineEndpoint => ({
  location: 'local',
  identity: { type: 'SystemAssigned' },
  ...more,
  properties: { authMode: 'Key', ...properties },
});

export const deployment = (properties: object = {}, more: object = {}): OnlineDeployment => ({
  location: 'local',
  ...more,
  properties: {
    endpointComputeType: 'Managed',
    model: modelId('m', '1'),
    instanceType: 'Standard_DS3_v2',
    environmentId: nodeId,
    ...properties,
  },
});

interface Poller<T> {
  pollUntilDone(): Promise<T>;
}

/** Models m:1, m:2 and other:7, and lost:1, whose files are gone; code score:1. */
export async function openDeploying() {
  const clock = new VirtualClock(Date.parse('2031-05-04T03:02:01.000Z'));
  const workspace = await openWorkspace({ clock });
  const { client } = workspace;
  await workspace.upload({ 'models/m/weights': 'w', 'models/lost/weights': 'w' });
  await workspace.addCode('score', { 'score.py': '' });
  for (const [name, version, folder] of [
    ['m', '1', 'm'],
    ['m', '2', 'm'],
    ['other', '7', 'm'],
    ['lost', '1', 'lost'],
  ] as const) {
    const properties = { modelUri: codeUri(`models/${folder}/`) };
    await client.modelVersions.createOrUpdate(...at, name, version, { properties });
  }
  await workspace.container.getBlobClient('models/lost/weights').delete();

  /** Lets the time pass that operations take. */
  const pass = () => clock.setNow(clock.nextDueMs() ?? clock.now());
  const ended = async <T>(begun: Promise<Poller<T>>): Promise<T> => {
    const poller = await begun;
    pass();
    return poller.pollUntilDone();
  };
  const beginEndpoint = (name: string, body = endpoint()) =>
    client.onlineEndpoints.beginCreateOrUpdate(...at, name, body, often);
  const beginDeployment = (of: string, name: string, body = deployment()) =>
    client.onlineDeployments.beginCreateOrUpdate(...at, of, name, body, often);
  return {
    clock,
    workspace,
    pass,
    ended,
    beginEndpoint,
    beginDeployment,
    makeEndpoint: (name: string, body = endpoint()) => ended(beginEndpoint(name, body)),
    makeDeployment: (of: string, name: string, body = deployment()) => ended(beginDeployment(of, name, body)),
    dropDeployment: (of: string, name: string) =>
      ended(client.onlineDeployments.beginDelete(...at, of, name, often)),
    readEndpoint: (name: string) => client.onlineEndpoints.get(...at, name),
    readDeployment: (of: string, name: string) => client.onlineDeployments.get(...at, of, name),
    /** The models of each ModelDeployed event of an endpoint. */
    toldOf: (name: string) =>
      workspace.events
        .filter((event) => event.eventType.endsWith('ModelDeployed') && event.subject === `endpoints/${name}`)
        .map(({ data }) => (data as { ModelIds: string }).ModelIds),
    /** Past the client, which checks some of it itself. */
    raw: (method: string, path: string, body?: object) =>
      workspace.fetch(`${localCloud.workspaceId}/${path}?api-version=2022-10-01`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      }),
  };
}
