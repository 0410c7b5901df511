// The other backend of Durable Functions: the Durable Task Scheduler.

param location string
param tags object
param name string
param taskHubName string
// The service's own rule: who is in none of these comes in not at all, and an empty list lets nobody in.
param ipAllowlist string[]
param identityPrincipalId string

import { roleIds } from 'roles.bicep'

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: { sku: { name: 'Consumption' }, ipAllowlist: ipAllowlist }
}

resource hub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: taskHubName
  properties: {}
}

resource contributes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: hub
  name: guid(hub.id, identityPrincipalId, roleIds.durableTaskDataContributor)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.durableTaskDataContributor
    )
  }
}

output endpoint string = scheduler.properties.endpoint
