// What the identity of a topic may do: send to the one queue, and write what it could not deliver.

param principalId string
param storageName string
param containerName string
// Empty: events go to functions, which asks for no role.
param namespaceName string
param queueName string

import { roleIds } from 'roles.bicep'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
  resource blobs 'blobServices' existing = {
    name: 'default'
    resource container 'containers' existing = { name: containerName }
  }
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = if (!empty(queueName)) {
  name: empty(namespaceName) ? 'none' : namespaceName
  resource queue 'queues' existing = { name: empty(queueName) ? 'none' : queueName }
}

resource keeps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobs::container
  name: guid(account::blobs::container.id, principalId, roleIds.blobDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.blobDataContributor)
  }
}

resource sends 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(queueName)) {
  scope: namespace::queue
  name: guid(namespace::queue.id, principalId, roleIds.serviceBusDataSender)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.serviceBusDataSender)
  }
}
