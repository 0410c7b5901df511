/**
 * The fields of host.json by what this host makes of them: used, known to the real host alone, or known to neither. Pure.
 *
 * A field without effect is said at the start: a limit that does not hold here must not be trusted.
 */

interface Section {
  readonly used: readonly string[];
  /** What the real host's documentation and options classes name, and this host has no part for. */
  readonly elsewhere: readonly string[];
}

const words = (text: string): string[] => text.split(/\s+/);

const sections: Readonly<Record<string, Section>> = {
  '': {
    used: words('version functionTimeout functions extensions'),
    // The schema's address, the bundle and what the tools watch say nothing about how functions run.
    elsewhere: words(
      `aggregator applicationInsights concurrency configurationProfile customHandler healthMonitor http logging
      managedDependency queues retry sampling sendCanceledInvocationsToWorker serviceBus singleton telemetryMode tracing`,
    ),
  },
  'extensions.http': {
    used: words('routePrefix customHeaders'),
    elsewhere: words('dynamicThrottlesEnabled hsts maxConcurrentRequests maxOutstandingRequests'),
  },
  'extensions.durableTask': {
    used: words(
      `hubName maxConcurrentActivityFunctions maxConcurrentOrchestratorFunctions defaultVersion versionMatchStrategy
      versionFailureStrategy overridableExistingInstanceStates`,
    ),
    elsewhere: words(
      `appLeaseOptions azureStorageConnectionStringName controlQueueBatchSize controlQueueBufferThreshold
      controlQueueVisibilityTimeout entityMessageReorderWindowInMinutes extendedSessionIdleTimeoutInSeconds
      extendedSessionsEnabled grpcEnabled httpSettings localRpcEndpointEnabled logReplayEvents
      maxConcurrentEntityFunctions maxEntityOperationBatchSize maxGrpcMessageSizeInBytes maxOrchestrationActions
      maxQueuePollingInterval notifications notificationUrl partitionCount rollbackEntityOperationsOnExceptions
      storageProvider storeInputsInOrchestrationHistory threadPoolSettings throwStatusExceptionsOnRaiseEvent
      traceInputsAndOutputs traceReplayEvents tracing trackingStoreConnectionStringName trackingStoreNamePrefix
      useAppLease useGracefulShutdown useTablePartitionManagement workItemQueueVisibilityTimeout`,
    ),
  },
  'extensions.serviceBus': {
    used: words(
      `maxConcurrentCalls maxConcurrentSessions maxAutoLockRenewalDuration autoCompleteMessages maxMessageBatchSize`,
    ),
    elsewhere: words(
      `clientRetryOptions enableCrossEntityTransactions jsonSerializerSettings maxBatchWaitTime maxConcurrentCallsPerSession
      messageHandlerOptions minMessageBatchSize prefetchCount sessionHandlerOptions sessionIdleTimeout transportType
      webProxy batchOptions`,
    ),
  },
};

const saidByNobody = new Set(words('$schema extensionBundle watchDirectories watchFiles'));

/** Paths of the fields in each of the sections this host reads. */
export function findUnusedFields(content: Readonly<Record<string, unknown>>): {
  unknown: string[];
  withoutEffect: string[];
} {
  const unknown: string[] = [];
  const withoutEffect: string[] = [];
  for (const [path, { used, elsewhere }] of Object.entries(sections)) {
    for (const field of Object.keys(sectionAt(content, path))) {
      if (used.includes(field) || (path === '' && saidByNobody.has(field))) continue;
      const whole = path === '' ? field : `${path}.${field}`;
      (elsewhere.includes(field) ? withoutEffect : unknown).push(whole);
    }
  }
  return { unknown, withoutEffect };
}

function sectionAt(content: Readonly<Record<string, unknown>>, path: string): object {
  let section: unknown = content;
  for (const step of path === '' ? [] : path.split('.'))
    section = (section as Record<string, unknown>)?.[step];
  return typeof section === 'object' && section !== null ? section : {};
}
