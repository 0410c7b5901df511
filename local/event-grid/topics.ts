import { localCloud, type TopicName } from '../cloud-context.ts';

const group = `/subscriptions/${localCloud.subscriptionId}/resourceGroups/${localCloud.resourceGroup}/providers`;

/** The resource an event of the topic says it comes from. */
const topicIds: Readonly<Record<TopicName, string>> = {
  workspace: localCloud.workspaceId,
  storage: `${group}/Microsoft.Storage/storageAccounts/${localCloud.storageAccount}`,
  ratchet: `${group}/Microsoft.EventGrid/topics/ratchet`,
};

export const topicNames: readonly TopicName[] = ['workspace', 'storage', 'ratchet'];

export function isTopicName(name: unknown): name is TopicName {
  return topicNames.includes(name as TopicName);
}

export function topicId(topic: TopicName): string {
  return topicIds[topic];
}
