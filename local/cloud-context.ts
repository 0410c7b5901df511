import type { Clock } from './clock/clock.ts';
import type { Work } from './clock/work.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The topics of the local cloud: two system topics, and the one the application publishes to. */
export type TopicName = 'workspace' | 'storage' | 'ratchet';

/** An event as a service hands it to its system topic, in the Event Grid schema. The topic fills in the rest. */
export interface SystemEvent {
  /** Stable over a repeated publication of the same fact: Event Grid may deliver it twice, the id tells. */
  readonly id: string;
  readonly eventType: string;
  readonly subject: string;
  /** ISO 8601, UTC, from the clock. */
  readonly eventTime: string;
  readonly dataVersion: string;
  readonly data: unknown;
}

/** What every emulated service is given. */
export interface CloudContext {
  /** This service's own state folder; it exists. */
  readonly home: string;
  readonly clock: Clock;
  readonly work: Work;
  log(level: LogLevel, message: string): void;
  /** Hands events to Event Grid; they are on disk when this returns. */
  publish(topic: TopicName, events: readonly SystemEvent[]): void;
}

/** The names the local cloud answers to. */
export const localCloud = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'local',
  workspace: 'ratchet',
  workspaceId:
    '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet',
  /** The Kubernetes compute that is attached to the workspace. */
  clusterId:
    '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet/computes/cluster',
  storageAccount: 'devstoreaccount1',
  container: 'azureml',
  datastore: 'workspaceblobstore',
  releaseQueue: 'model-releases',
  /** What takes messages of stages that start something, and the replies, in sessions. */
  pipelineQueue: 'model-pipelines',
  replyQueue: 'model-replies',
  logsWorkspaceId: '00000000-0000-0000-0000-0000000000bb',
  /** Takes events in sessions, where a subscription sends them there. */
  eventsQueue: 'ratchet-events',
} as const;
