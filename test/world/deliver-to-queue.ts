import { localCloud } from '../../local/cloud-context.ts';
import type { World } from './world.ts';

/** Has the events of both topics delivered to the queue instead of the webhooks: each topic's in one session. */
export async function deliverToQueue(world: Pick<World, 'cloud'>): Promise<void> {
  const type = (name: string) => `Microsoft.MachineLearningServices.${name}`;
  const session = (mapping: object) => ({
    destination: {
      endpointType: 'ServiceBusQueue',
      properties: {
        resourceId: `/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/local/queues/${localCloud.eventsQueue}`,
        deliveryAttributeMappings: [{ name: 'SessionId', ...mapping }],
      },
    },
  });
  const fixed = (value: string) => session({ type: 'Static', properties: { value } });
  const subscriptions = [
    {
      ...{ name: 'ratchet-workspace', topic: 'workspace', ...fixed('workspace') },
      includedEventTypes: [
        ...[type('RunStatusChanged'), type('RunCompleted'), type('ModelRegistered')],
        ...[type('DatasetDriftDetected'), type('ModelDeployed')],
      ],
    },
    {
      ...{ name: 'ratchet-storage', topic: 'storage', schema: 'CloudEventSchemaV1_0' },
      ...fixed('storage'),
    },
  ];
  for (const subscription of subscriptions) {
    const response = await fetch(`${world.cloud().control}/subscriptions`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(subscription),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }
}
