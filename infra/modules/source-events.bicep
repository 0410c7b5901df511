// One source of events: its topic, whose identity delivers, and the subscription, to the queue or to a function.

param topicName string
param subscriptionName string
param topicType string
param location string
param tags object
param sourceId string
param sessionId string
param functionName string
param eventTypes string[]
// What subjects begin with; none: any.
param subjects string[]
param eventsQueueId string
param functionAppId string
param undeliveredStorageId string
param undeliveredContainer string

var isQueued = !empty(eventsQueueId)

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topicName
  location: location
  tags: tags
  // Into storage behind a firewall this one gets in, and no other.
  identity: { type: 'SystemAssigned' }
  properties: { source: sourceId, topicType: topicType }
}

module delivers 'delivery-access.bicep' = {
  scope: resourceGroup(split(undeliveredStorageId, '/')[2], split(undeliveredStorageId, '/')[4])
  params: {
    principalId: topic.identity.principalId
    storageName: last(split(undeliveredStorageId, '/'))
    containerName: undeliveredContainer
    namespaceName: isQueued ? split(eventsQueueId, '/')[8] : ''
    queueName: isQueued ? last(split(eventsQueueId, '/')) : ''
  }
}

// A queue with sessions refuses what names none. Which it is is said here, once: a field of the event could be missed.
var toQueue = {
  endpointType: 'ServiceBusQueue'
  properties: {
    resourceId: eventsQueueId
    deliveryAttributeMappings: [
      { name: 'SessionId', type: 'Static', properties: { value: sessionId, isSecret: false } }
    ]
  }
}
var toFunction = {
  endpointType: 'AzureFunction'
  properties: {
    resourceId: '${functionAppId}/functions/${functionName}'
    maxEventsPerBatch: 1
    preferredBatchSizeInKilobytes: 64
  }
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: subscriptionName
  dependsOn: [delivers]
  properties: {
    // To a queue as the topic itself; a function is called by Event Grid, which needs no role for it.
    deliveryWithResourceIdentity: isQueued ? { identity: { type: 'SystemAssigned' }, destination: toQueue } : null
    destination: isQueued ? null : toFunction
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: eventTypes
      enableAdvancedFilteringOnArrays: false
      advancedFilters: empty(subjects)
        ? []
        : [{ operatorType: 'StringBeginsWith', key: 'subject', values: subjects }]
    }
    // A day, which is as long as Event Grid tries.
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: undeliveredStorageId, blobContainerName: undeliveredContainer }
      }
    }
  }
}
