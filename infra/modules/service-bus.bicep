// The queues: releases and requests for pipelines go out, replies and events come in.

param location string
param tags object
param name string
param isPrivate bool
param releaseQueues string[]
param replyQueues string[]
// Empty: events come to the functions themselves.
param eventsQueue string
param identityPrincipalId string

import { roleIds } from 'roles.bicep'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  // Private endpoints take the premium tier.
  sku: isPrivate ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource closed 'Microsoft.ServiceBus/namespaces/networkRuleSets@2024-01-01' = if (isPrivate) {
  parent: namespace
  name: 'default'
  properties: {
    defaultAction: 'Deny'
    publicNetworkAccess: 'Enabled'
    // Event Grid comes in as a trusted service, with the identity of its topic.
    trustedServiceAccessEnabled: true
  }
}

// A message that is sent again after a lost answer has the same id, and is taken once.
resource releases 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in releaseQueues: {
    parent: namespace
    name: queue
    properties: {
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'P1D'
      deadLetteringOnMessageExpiration: true
      lockDuration: 'PT5M'
    }
  }
]

// Replies are looked at where they are, in the session of their release, and never taken out.
resource replies 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in replyQueues: {
    parent: namespace
    name: queue
    properties: { requiresSession: true, defaultMessageTimeToLive: 'P14D' }
  }
]

// Event Grid sets the session. A failed event waits within the function: 2000 times are about sixteen hours.
resource events 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = if (!empty(eventsQueue)) {
  parent: namespace
  name: empty(eventsQueue) ? 'none' : eventsQueue
  properties: {
    requiresSession: true
    maxDeliveryCount: 2000
    lockDuration: 'PT5M'
    deadLetteringOnMessageExpiration: true
  }
}

resource sends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, i) in releaseQueues: {
    scope: releases[i]
    name: guid(releases[i].id, identityPrincipalId, roleIds.serviceBusDataSender)
    properties: {
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.serviceBusDataSender)
    }
  }
]

resource readsReplies 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, i) in replyQueues: {
    scope: replies[i]
    name: guid(replies[i].id, identityPrincipalId, roleIds.serviceBusDataReceiver)
    properties: {
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.serviceBusDataReceiver)
    }
  }
]

resource takesEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(eventsQueue)) {
  scope: events
  name: guid(events.id, identityPrincipalId, roleIds.serviceBusDataReceiver)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.serviceBusDataReceiver)
  }
}

output id string = namespace.id
output name string = namespace.name
// As the platform has it, without its scheme and port: clouds differ in it.
output host string = split(split(namespace.properties.serviceBusEndpoint, '//')[1], ':')[0]
output eventsQueueId string = empty(eventsQueue) ? '' : events.id
